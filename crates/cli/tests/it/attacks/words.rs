//! Statements themselves: under another's name, too many, kept back, run out.

use super::people::two_edits;
use super::{EVIL, fetch, landed, on, said, signed, verify};
use crate::{ASSISTED, org};
use obstat_testkit::Org;

/// The local refs of statements.
fn filed(org: &Org) -> Vec<String> {
    let line = ["for-each-ref", "--format=%(refname)", "refs/obstat/approvals"];
    org.scratch.git("work", &line).lines().map(str::to_owned).collect()
}

/// The statement of a ref with some of its text replaced, signed with a key, as a ref to be pushed.
pub(crate) fn forged(org: &Org, name: &str, edits: &[(&str, &str)], who: &str) -> String {
    let envelope = org.scratch.git("work", &["cat-file", "blob", name]);
    let envelope: serde_json::Value = serde_json::from_str(&envelope).unwrap();
    let mut body = envelope["statement"].as_str().unwrap().to_owned();
    for (from, to) in edits {
        assert!(body.contains(from), "{from} in {body}");
        body = body.replace(from, to);
    }
    org.scratch.write("forged", &body);
    let key = format!("keys/{who}");
    let sign = ["ssh-keygen", "-q", "-Y", "sign", "-n", "obstat-approval@v1", "-f", &key];
    let sign: Vec<&str> = sign.into_iter().chain(["forged"]).collect();
    let _ = std::fs::remove_file(org.scratch.at("forged.sig"));
    org.scratch.run(".", &sign, &[], "").ok();
    let signature = std::fs::read_to_string(org.scratch.at("forged.sig")).unwrap();
    let quoted = |text: &str| serde_json::to_string(text).unwrap();
    let (statement, signature) = (quoted(&body), quoted(&signature));
    org.scratch.write(
        "work/blob",
        format!("{{\"version\":1,\n\"statement\":{statement},\n\"signature\":{signature}}}\n"),
    );
    let blob = org.scratch.git("work", &["hash-object", "-w", "blob"]);
    let hash = org.scratch.run(".", &["sha256sum", "forged"], &[], "").ok();
    let digest = body.split("\"obstatChange\":\"").nth(1).unwrap().get(..64).unwrap();
    let name = format!("refs/obstat/approvals/{digest}/{}", hash.get(..64).unwrap());
    org.scratch.git("work", &["update-ref", &name, &blob]);
    format!("{name}:{name}")
}

/// The statement that yusuf signed.
fn newest(org: &Org) -> String {
    let of_yusuf = |name: &String| {
        org.scratch.git("work", &["cat-file", "blob", name]).contains("\\\"signer\\\":\\\"yusuf")
    };
    filed(org).into_iter().find(of_yusuf).unwrap()
}

pub(crate) fn nonce(n: usize) -> String {
    format!("\"nonce\":\"{n:064x}\"")
}

pub(crate) fn own_nonce(org: &Org, name: &str) -> String {
    let text = org.scratch.git("work", &["cat-file", "blob", name]).replace("\\\"", "\"");
    let at = text.find("\"nonce\":\"").unwrap();
    text.get(at..at + 74).unwrap().to_owned()
}

/// A branch that nobody protects has the roster of whoever pushed it.
#[test]
fn nobody_files_statements_under_anothers_name() {
    let org = org();
    on(&org, "f", "main");
    org.scratch.write("work/pay/charge.rs", EVIL);
    org.commit("jonas", ASSISTED);
    signed(&org, "priya", "main..f");
    let name = filed(&org).remove(0);
    on(&org, "evil", "main");
    let line = org.public_key("priya");
    org.key("other");
    let roster = org.roster().replace(&line, &org.public_key("other"));
    org.scratch.write("work/.obstat/roster.yaml", roster);
    org.commit("jonas", "priya is me");
    org.push("jonas", &["evil"]).ok();
    let own = own_nonce(&org, &name);
    let edits = [("refs/heads/main", "refs/heads/evil"), (own.as_str(), &nonce(1))];
    let spec = forged(&org, &name, &edits, "other");
    let refused = org.push("jonas", &[&spec]);
    assert_ne!(refused.code, 0, "filed by the roster of an unprotected branch");
    assert!(refused.said().contains("does not know the key"), "{}", refused.err);
}

/// What an agent with its operator's key signs does not keep the operator from taking it back.
#[test]
fn a_limit_shuts_out_no_withdrawal() {
    let org = org();
    on(&org, "f", "main");
    org.scratch.write("work/pay/charge.rs", EVIL);
    org.commit("jonas", ASSISTED);
    signed(&org, "priya", "main..f");
    let name = filed(&org).remove(0);
    let own = own_nonce(&org, &name);
    let more: Vec<String> =
        (1..65).map(|n| forged(&org, &name, &[(&own, &nonce(n))], "priya")).collect();
    let (most, last) = more.split_at(63);
    let most: Vec<&str> = most.iter().map(String::as_str).collect();
    org.push("jonas", &most).ok();
    let one_more = org.push("jonas", &[&last[0]]);
    assert!(one_more.err.contains("64 statements of this kind"), "{}", one_more.err);
    org.scratch.git("work", &["update-ref", "-d", last[0].split(':').next().unwrap()]);
    org.scratch.clock("+2s");
    said(&org, "reject", "priya", "main..f");
    assert_ne!(org.push("jonas", &["f:main"]).code, 0, "a rejection was shut out");
}

/// Neither time nor what the same key signs later makes a rejection go away.
#[test]
fn a_rejection_of_what_is_merged_stays() {
    for way in ["flood", "time"] {
        let org = org();
        two_edits(&org, "jonas", "yusuf");
        org.push("priya", &["main"]).ok();
        org.push_statements("yusuf").ok();
        fetch(&org);
        let approval = newest(&org);
        let key = org.scratch.at("keys/priya").to_string_lossy().into_owned();
        let reject = ["reject", "--key", &key, "--reason", "no", "origin/main~1..feature"];
        let range = "origin/main~1..feature";
        org.obstat_typing("priya", "work", &reject, &org.typed(range)).ok();
        org.push_statements("priya").ok();
        if way == "flood" {
            org.scratch.clock("+2s");
            let own = own_nonce(&org, &approval);
            let digest = approval.split('/').nth(3).unwrap();
            let junk: Vec<String> = (1..66)
                .map(|n| {
                    let other = format!("{n:064x}");
                    let edits = [
                        ("\"signer\":\"yusuf\"", "\"signer\":\"priya\""),
                        (digest, other.as_str()),
                        (own.as_str(), &nonce(n)),
                    ];
                    forged(&org, &approval, &edits, "priya")
                })
                .collect();
            org.push("jonas", &junk.iter().map(String::as_str).collect::<Vec<_>>()).ok();
        } else {
            org.scratch.clock("+15d");
            signed(&org, "yusuf", range);
        }
        org.scratch.git("work", &["checkout", "-q", "main"]);
        let merge = ["merge", "-q", "--no-ff", "-m", "Merge", "feature"];
        org.scratch.git_as("jonas", "work", &merge).ok();
        let pushed = org.push("jonas", &["main"]);
        assert_ne!(pushed.code, 0, "{way}: landed against a rejection");
        assert!(pushed.err.contains("rejected"), "{way}: {}", pushed.err);
    }
}

/// Nor does it that somebody signs for exactly the merge.
#[test]
fn a_rejected_head_is_not_merged_past_the_rejection() {
    let org = org();
    two_edits(&org, "jonas", "yusuf");
    org.push("priya", &["main"]).ok();
    fetch(&org);
    let range = "origin/main~1..feature";
    said(&org, "reject", "yusuf", range);
    org.scratch.git("work", &["checkout", "-q", "main"]);
    let merge = ["merge", "-q", "--no-ff", "-m", "Merge", "feature"];
    org.scratch.git_as("jonas", "work", &merge).ok();
    signed(&org, "mira", "origin/main..main");
    let pushed = org.push("jonas", &["main"]);
    assert_ne!(pushed.code, 0, "signed past a rejection");
    assert!(pushed.said().contains("yusuf rejected it"), "{}", pushed.err);
    // What he takes back holds nothing up.
    org.scratch.clock("+2s");
    said(&org, "withdraw", "yusuf", range);
    org.push("jonas", &["main"]).ok();
}

/// What a person says of the head afterwards ends the own rejection for the merge too.
#[test]
fn an_own_approval_ends_a_rejection_for_the_merge_too() {
    let org = org();
    two_edits(&org, "jonas", "yusuf");
    org.push("priya", &["main"]).ok();
    fetch(&org);
    let range = "origin/main~1..feature";
    said(&org, "reject", "mira", range);
    org.scratch.clock("+2s");
    signed(&org, "mira", range);
    org.scratch.git("work", &["checkout", "-q", "main"]);
    let merge = ["merge", "-q", "--no-ff", "-m", "Merge", "feature"];
    org.scratch.git_as("jonas", "work", &merge).ok();
    signed(&org, "yusuf", "origin/main..main");
    org.push("jonas", &["main"]).ok();
}

/// What the signer signs afterwards does not crowd out what a landing stood on.
#[test]
fn later_statements_crowd_out_nothing_that_was_there() {
    let org = org();
    two_edits(&org, "jonas", "yusuf");
    org.push("priya", &["main"]).ok();
    org.push_statements("yusuf").ok();
    fetch(&org);
    org.scratch.git("work", &["checkout", "-q", "main"]);
    let merge = ["merge", "-q", "--no-ff", "-m", "Merge", "feature"];
    org.scratch.git_as("jonas", "work", &merge).ok();
    org.push("jonas", &["main"]).ok();
    let approval = newest(&org);
    let (own, digest) = (own_nonce(&org, &approval), approval.split('/').nth(3).unwrap());
    org.scratch.clock("+2s");
    let junk: Vec<String> = (1..66)
        .map(|n| {
            let other = format!("{n:064x}");
            forged(&org, &approval, &[(digest, other.as_str()), (&own, &nonce(n))], "yusuf")
        })
        .collect();
    org.push("jonas", &junk.iter().map(String::as_str).collect::<Vec<_>>()).ok();
    fetch(&org);
    let answer = verify(&org, "work", "production", &landed(&org, "main"));
    assert_eq!(answer.code, 0, "{}", answer.all());
}

/// An approval that somebody kept back says nothing about what was said since.
#[test]
fn an_older_approval_filed_later_ends_no_rejection() {
    let org = org();
    on(&org, "f", "main");
    org.scratch.write("work/pay/charge.rs", EVIL);
    org.commit("jonas", ASSISTED);
    org.sign("priya", "main..f", &[]).ok();
    let approval = filed(&org).remove(0);
    org.scratch.clock("+2s");
    let key = org.scratch.at("keys/priya").to_string_lossy().into_owned();
    let reject = ["reject", "--key", &key, "--reason", "no", "main..f"];
    org.obstat_typing("priya", "work", &reject, &org.typed("main..f")).ok();
    let rejection = filed(&org).into_iter().find(|name| *name != approval).unwrap();
    org.push("priya", &[&format!("{rejection}:{rejection}")]).ok();
    org.scratch.clock("+4s");
    let late = org.push("jonas", &["f:main", &format!("{approval}:{approval}")]);
    assert_ne!(late.code, 0, "an approval from before the rejection ended it");
    org.scratch.clock("+6s");
    signed(&org, "priya", "main..f");
    org.push("jonas", &["f:main"]).ok();
}

/// A receipt of a push that failed says nothing of when the statement came.
#[test]
fn a_statement_that_was_never_filed_was_not_received() {
    let rule = "  - name: stands\n    when: { paths: ['pay/**'] }\n    \
                require: [{ author_statement: first }, { approvals: 1, level: senior }]\n  - name: pay\n";
    let policy = obstat_testkit::POLICY.replacen("  - name: pay\n", rule, 1);
    let org = Org::gated(crate::program(), &policy);
    on(&org, "f", "main");
    org.scratch.write("work/pay/charge.rs", EVIL);
    org.commit("jonas", ASSISTED);
    let key = org.scratch.at("keys/jonas").to_string_lossy().into_owned();
    let line = ["declare", "--mine", "--key", &key, "main..f"];
    org.obstat_typing("jonas", "work", &line, &org.typed("main..f")).ok();
    let own = filed(&org).remove(0);
    org.push("jonas", &["main:refs/heads/zz"]).ok();
    let spec = format!("{own}:{own}");
    let failed = ["push", "-q", "--atomic", "origin", &spec, "f:refs/heads/zz/x"];
    assert_ne!(org.scratch.git_as("jonas", "work", &failed).code, 0);
    org.scratch.git("work", &["update-ref", "refs/kept/own", &own]);
    org.scratch.git("work", &["update-ref", "-d", &own]);
    org.scratch.clock("+5s");
    signed(&org, "yusuf", "main..f");
    org.scratch.clock("+10s");
    org.push("jonas", &[&format!("refs/kept/own:{own}")]).ok();
    let refused = org.push("jonas", &["f:main"]);
    assert_ne!(refused.code, 0, "it came after the approval, and the rule wants it first");
    // The twin: whoever signs after it counts.
    org.scratch.clock("+15s");
    fetch(&org);
    signed(&org, "priya", "main..f");
    org.push("jonas", &["f:main"]).ok();
}
