//! Statements: stock tools accept them; forged, moved, replaced and oversize ones are refused.

use super::{ASSISTED, org};

fn filed(org: &obstat_testkit::Org) -> (String, String) {
    let line = org.scratch.git(
        "work",
        &["for-each-ref", "--format=%(objectname) %(refname)", "refs/obstat/approvals"],
    );
    let (blob, name) = line.lines().next().unwrap().split_once(' ').unwrap();
    (org.scratch.git("work", &["cat-file", "blob", blob]), name.to_owned())
}

fn push_blob(org: &obstat_testkit::Org, bytes: &[u8], name: &str) -> obstat_testkit::Finished {
    org.scratch.write("work/blob", bytes);
    let blob = org.scratch.git("work", &["hash-object", "-w", "blob"]);
    org.push("jonas", &[&format!("+{blob}:{name}")])
}

#[test]
fn stock_ssh_keygen_accepts_what_was_signed() {
    let org = org();
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    org.commit("jonas", ASSISTED);
    org.sign("priya", "main", &[]).ok();
    let signers = org.obstat("mira", "work", &["roster", "allowed-signers"]).ok();
    org.scratch.write("allowed", signers);
    // Taken apart as docs/formats/envelope.md says.
    let script = r#"
        name=$(git -C work for-each-ref --format='%(objectname)' refs/obstat/approvals | head -n 1)
        git -C work cat-file blob "$name" >envelope
        sed -n 's/^"statement":"\(.*\)",$/\1/p' envelope | sed 's/\\\(.\)/\1/g' | tr -d '\n' >statement
        printf '%b' "$(sed -n 's/^"signature":"\(.*\)"}$/\1/p' envelope)" >signature
        ssh-keygen -Y verify -f allowed -I priya -n obstat-approval@v1 -s signature <statement
        ssh-keygen -Y verify -f allowed -I mira -n obstat-approval@v1 -s signature <statement && echo WRONG
        printf x >>statement
        ssh-keygen -Y verify -f allowed -I priya -n obstat-approval@v1 -s signature <statement && echo WRONG
        true"#;
    let found = org.scratch.run(".", &["sh", "-c", script], &[], "");
    assert_eq!(found.code, 0, "{}", found.all());
    assert!(
        found.out.contains("Good \"obstat-approval@v1\" signature for priya"),
        "{}",
        found.all()
    );
    assert!(!found.out.contains("WRONG"), "{}", found.all());
}

#[test]
fn statements_are_append_only() {
    let org = org();
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    org.commit("jonas", ASSISTED);
    org.sign("priya", "main", &[]).ok();
    org.push_statements("priya").ok();
    let (_, name) = filed(&org);
    assert_ne!(org.push("jonas", &[&format!(":{name}")]).code, 0, "a statement was deleted");
    assert_ne!(push_blob(&org, b"{}", &name).code, 0, "a statement was replaced");
}

#[test]
fn what_is_no_statement_is_not_filed() {
    let org = org();
    let name = format!("refs/obstat/approvals/{}/{}", "a".repeat(64), "b".repeat(64));
    let why = ["the statement", "larger than 128 KiB"];
    for (bytes, why) in [
        (&b""[..], why[0]),
        (b"{}", why[0]),
        (b"\xff\xfe", why[0]),
        (&[b'x'; 100_000], why[0]),
        (&[b'x'; 200_000], why[1]),
    ] {
        let refused = push_blob(&org, bytes, &name);
        assert_ne!(refused.code, 0);
        assert!(refused.err.contains("Refused"), "{}", refused.err);
        assert!(refused.err.contains(why), "{}", refused.err);
        assert_eq!(refused.err.contains("larger than"), why.contains("larger"), "{}", refused.err);
    }
}

#[test]
fn a_statement_under_another_name_is_not_filed() {
    let org = org();
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    org.commit("jonas", ASSISTED);
    org.sign("priya", "main", &[]).ok();
    let (envelope, name) = filed(&org);
    let (dir, _) = name.rsplit_once('/').unwrap();
    let other = format!("{dir}/{}", "c".repeat(64));
    assert_ne!(push_blob(&org, envelope.as_bytes(), &other).code, 0);
}

#[test]
fn a_rejection_blocks_until_the_same_person_takes_it_back() {
    let org = org();
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    org.commit("jonas", ASSISTED);
    org.sign("priya", "main", &[]).ok();
    let typed = org.typed("main");
    let key = org.scratch.at("keys/yusuf");
    let line = ["reject", "--key", &key.to_string_lossy(), "--reason", "not tested", "main"];
    org.obstat_typing("yusuf", "work", &line, &typed).ok();
    org.push_statements("priya").ok();
    let refused = org.push("jonas", &["main"]);
    assert_ne!(refused.code, 0);
    assert!(refused.err.contains("not tested"), "{}", refused.err);
    let line = ["withdraw", "--key", &key.to_string_lossy(), "main"];
    org.scratch.git("work", &["fetch", "-q", "origin", "+refs/obstat/*:refs/obstat/*"]);
    org.scratch.clock("+5s");
    org.obstat_typing("yusuf", "work", &line, &typed).ok();
    org.push_statements("yusuf").ok();
    org.push("jonas", &["main"]).ok();
}

#[test]
fn an_unassisted_declaration_is_signed_and_an_unsigned_one_is_nothing() {
    let org = org();
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    org.commit("jonas", "Change\n\nAi-assisted: false");
    let check = org.obstat("jonas", "work", &["check"]);
    assert!(check.out.contains("not disclosed"), "{}", check.all());
    let key = org.scratch.at("keys/jonas");
    let line = ["declare", "--unassisted", "--key", &key.to_string_lossy()];
    let own = org.obstat_typing("jonas", "work", &line, &org.typed("main"));
    assert_eq!((own.code, own.out.contains("will not count")), (0, false), "{}", own.all());
    org.push_statements("jonas").ok();
    // Whoever did not make it hears so before they sign.
    let other = org.scratch.at("keys/tove");
    let line = ["declare", "--unassisted", "--key", &other.to_string_lossy()];
    let other = org.obstat_typing("tove", "work", &line, "no\n");
    assert!(other.out.contains("tove did not make it"), "{}", other.all());
    org.push("jonas", &["main"]).ok();
}

#[test]
fn a_declaration_against_evidence_is_a_contradiction() {
    let org = org();
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    org.commit("jonas", ASSISTED);
    let key = org.scratch.at("keys/jonas");
    let line = ["declare", "--unassisted", "--key", &key.to_string_lossy()];
    let told = org.obstat_typing("jonas", "work", &line, &org.typed("main")).ok();
    assert!(told.contains("there is evidence of an AI"), "{told}");
    org.push_statements("jonas").ok();
    assert_ne!(org.push("jonas", &["main"]).code, 0);
    let check = org.obstat("jonas", "work", &["check", "--format", "json"]);
    assert!(check.out.contains("\"contradicted\":true"), "{}", check.out);
}

#[test]
fn declaring_assistance_writes_a_trailer() {
    let org = org();
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    org.commit("jonas", "Change");
    org.scratch.git("work", &["config", "user.name", "jonas"]);
    org.scratch.git("work", &["config", "user.email", "jonas@example.com"]);
    org.obstat("jonas", "work", &["declare", "--assisted", "kiro:claude-sonnet-4"]).ok();
    let message = org.scratch.git("work", &["log", "-1", "--format=%B"]);
    assert!(message.contains("Assisted-by: kiro:claude-sonnet-4"), "{message}");
    let check = org.obstat("jonas", "work", &["check"]);
    assert!(check.out.contains("yes, kiro (E1 declaration)"), "{}", check.all());
}
