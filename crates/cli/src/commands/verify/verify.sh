#!/bin/sh
# Checks this bundle without Obstat. Needs git, ssh-keygen, sha256sum and the tools of a POSIX shell.
#
#     sh verify.sh TRUSTFILE
#
# It proves that a gate of the trust file recorded this landing, and that the people whom it names
# signed for exactly this content. Whether that meets the policy, and whether the owners signed for
# policy and roster, is told by
#
#     obstat verify --bundle FILE --trust TRUSTFILE --target REF COMMIT
set -eu
LC_ALL=C
export LC_ALL
unset GIT_DIR GIT_WORK_TREE GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES GIT_CONFIG_PARAMETERS
GIT_CONFIG_NOSYSTEM=1
GIT_CONFIG_GLOBAL=/dev/null
GIT_NO_REPLACE_OBJECTS=1
export GIT_CONFIG_NOSYSTEM GIT_CONFIG_GLOBAL GIT_NO_REPLACE_OBJECTS

if [ $# -ne 1 ]; then
    echo 'usage: sh verify.sh TRUSTFILE' >&2
    exit 2
fi
trust=$1
here=$(cd -- "$(dirname -- "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT

bad() {
    echo "INVALID: $*" >&2
    exit 5
}

repo() { git --git-dir="$work/git" -c core.quotePath=true "$@"; }

# 8 bytes, big-endian.
u64() { unhex "$(printf '%016x' "$1")"; }

# Bytes from hexadecimal.
unhex() {
    for byte in $(printf '%s' "$1" | sed 's/../& /g'); do
        # shellcheck disable=SC2059
        printf "\\$(printf '%03o' "0x$byte")"
    done
}

hex() { od -An -v -tx1 | tr -d ' \n'; }

# A string with its length before it, given in hexadecimal.
put() {
    u64 $((${#1} / 2))
    unhex "$1"
}

# Statement and signature of an envelope, at $2.statement and $2.signature.
take() {
    sed -n 's/^"statement":"\(.*\)",$/\1/p' "$1" | sed 's/\\\(.\)/\1/g' | tr -d '\n' >"$2.statement"
    printf '%b' "$(sed -n 's/^"signature":"\(.*\)"}$/\1/p' "$1")" >"$2.signature"
    [ -s "$2.statement" ] || bad "$1 is no envelope"
}

# A field of an `about` file, which has to be one line of hexadecimal digits.
id_of() {
    found=$(sed -n "s/^$1 //p" "$2")
    case $found in
    '' | *[!0-9a-f]*) bad "$2 has no $1, or more than one" ;;
    esac
    printf '%s' "$found"
}

# Whether $1 stands in file $2, to the letter.
has() { grep -F -q -e "$1" "$2"; }

# A path as git prints it, in hexadecimal: git quotes odd bytes as C does.
path_hex() {
    case $1 in
    '"'*) printf '%b' "$(printf '%s' "$1" | awk '{
            text = substr($0, 2, length($0) - 2); out = ""
            for (i = 1; i <= length(text); i++) {
                c = substr(text, i, 1)
                if (c != "\\") { out = out c; continue }
                i++; c = substr(text, i, 1)
                if (c ~ /[0-7]/) { out = out "\\0" substr(text, i, 3); i += 2; continue }
                at = index("abtnvfr\"\\", c)
                split("007 010 011 012 013 014 015 042 134", octal, " ")
                out = out "\\0" octal[at]
            }
            printf "%s", out }')" | hex ;;
    *) printf '%s' "$1" | hex ;;
    esac
}

# The ChangeDigest of two trees: docs/formats/change-digest.md.
change_digest() {
    tab=$(printf '\t')
    repo diff-tree -r --no-renames --full-index "$1" "$2" >"$work/differences" || bad "$1 and $2 cannot be compared"
    while IFS="$tab" read -r meta path; do
        printf '%s %s\n' "$(path_hex "$path")" "${meta#:}"
    done <"$work/differences" | sort >"$work/files"
    {
        put "$(printf 'obstat:change:v1' | hex)"
        put "$repository"
        put "$(printf '%s' "$target" | hex)"
        u64 "$(wc -l <"$work/files" | tr -d ' ')"
        while read -r path old_mode new_mode old_id new_id _; do
            put "$path"
            side "$old_mode" "$old_id"
            side "$new_mode" "$new_id"
            case $new_mode in
            000000 | 160000) put '' ;;
            *)
                repo cat-file blob "$new_id" >"$work/blob" || bad "blob $new_id is not in the bundle"
                put "$(sha256sum <"$work/blob" | cut -c 1-64)"
                ;;
            esac
        done <"$work/files"
    } | sha256sum | cut -c 1-64
}

side() {
    u64 $((0$1))
    if [ "$1" = 000000 ]; then put ''; else put "$2"; fi
}

# The keys of $1, of which nothing but the form below is taken, stand under their names in the roster that
# judged the landing, which began at $2. They go to $work/signers.
known_keys() {
    judged=$(sed -n 's/.*"governedBy":{"ref":"[^"]*","at":"\([0-9a-f]*\)"}.*/\1/p' "$work/landing.statement")
    repo cat-file blob "${judged:-$2}:.obstat/roster.yaml" >"$work/roster" 2>/dev/null ||
        bad 'the roster that judged this landing is not in the bundle'
    { cat "$1" && echo; } | grep -v '^$' >"$work/lines" || true
    : >"$work/signers"
    while IFS= read -r line; do
        printf '%s\n' "$line" | grep -E -q '^[A-Za-z0-9._@+-]+ namespaces="[a-z0-9@,-]+"(,valid-(after|before)="[0-9TZ]+")* [a-z0-9@.-]+ [A-Za-z0-9+/=]+$' ||
            bad "a line of $1 has another form"
        holder=${line%% *}
        # What stands under the name: up to the next line that is indented as little. Folded lines and
        # double blanks do not count.
        awk -v who="$holder" '
            { text = $0; indent = match(text, /[^ ]/) - 1 }
            inside && indent >= 0 && indent <= depth && text !~ /^ *#/ { inside = 0 }
            { name = substr(text, indent + 1); gsub(/["\047]/, "", name); sub(/ *:/, ":", name) }
            index(name, who ":") == 1 { inside = 1; depth = indent }
            inside { printf "%s", text }' "$work/roster" | tr -d ' \t' >"$work/person"
        # In a roster of another style names are not told from keys.
        [ -s "$work/person" ] || tr -d ' \t\n' <"$work/roster" >"$work/person"
        has "${line##* }" "$work/person" || bad "the roster does not have the key ${line##* } of $holder"
        printf '%s\n' "$line" >>"$work/signers"
    done <"$work/lines"
}

# What is believed.
[ "$(head -n 1 "$trust")" = 'obstat trust file, version 1' ] || bad "$trust is no trust file of version 1"
repository=$(id_of repository "$trust")
sed -n 's/^gate [^ ]* /gate namespaces="obstat-landing@v1" /p' "$trust" >"$work/gates"

# What the bundle claims to be about.
[ "$(head -n 1 "$here/about")" = 'obstat bundle, version 1' ] || bad 'this is no bundle of version 1'
target=$(sed -n 's/^target //p' "$here/about")
[ "$(printf '%s\n' "$target" | wc -l)" -eq 1 ] && [ -n "$target" ] || bad 'the bundle has no target, or more than one'
commit=$(id_of commit "$here/about")

# Objects, each under the id that its bytes give.
git init --quiet --bare "$work/git"
for kind in commit tree blob tag; do
    for file in "$here/objects/$kind"/*; do
        [ -e "$file" ] || continue
        id=$(repo hash-object -w -t "$kind" --stdin <"$file") || bad "object $file is malformed"
        [ "$id" = "${file##*/}" ] || bad "object $file has another id: $id"
    done
done

# The gate's word.
take "$here/landing.json" "$work/landing"
ssh-keygen -Y verify -f "$work/gates" -I gate -n obstat-landing@v1 -s "$work/landing.signature" \
    <"$work/landing.statement" >/dev/null 2>&1 || bad 'no gate of the trust file signed the landing'
has "{\"record\":\"obstat-landing@v1\",\"repository\":\"$repository\",\"target\":\"$target\"," "$work/landing.statement" ||
    bad 'the landing is of another repository or target'
has "\"to\":\"$commit\",\"kind\":" "$work/landing.statement" || bad 'the landing is of another commit'
for kind in cleared overridden bootstrap unenforced; do
    if has "\"to\":\"$commit\",\"kind\":\"$kind\",\"mode\":" "$work/landing.statement"; then break; fi
done
case $kind in
unenforced) bad 'it landed without being cleared; obstat verify tells whether it has been signed for since' ;;
overridden) echo "override  somebody let it pass by break-glass; obstat verify tells who, why and whether it was reviewed" ;;
esac
echo "landing   $commit on $target, recorded by a gate of the trust file"

# Each part of it: content recomputed, signatures checked.
last=''
began=''
count=0
for change in "$here/changes"/*; do
    [ -e "$change/about" ] || continue
    count=$((count + 1))
    digest=$(id_of digest "$change/about")
    from=$(id_of from "$change/about")
    to=$(id_of to "$change/about")
    has "{\"digest\":\"$digest\",\"from\":\"$from\",\"to\":\"$to\"," "$work/landing.statement" ||
        bad "the landing has no part $digest"
    if [ -n "$last" ] && [ "$from" != "$last" ]; then bad "part $count does not begin where the one before ended"; fi
    last=$to
    computed=$(change_digest "$from^{tree}" "$to^{tree}")
    [ "$computed" = "$digest" ] || bad "the content of part $count has digest $computed, not $digest"
    echo "content   $digest, recomputed from the objects"
    [ -n "$began" ] || began=$from
    known=
    for envelope in "$change/statements"/*.json; do
        [ -e "$envelope" ] || continue
        take "$envelope" "$work/one"
        hash=$(sha256sum <"$work/one.statement" | cut -c 1-64)
        [ "$hash.json" = "${envelope##*/}" ] || bad "$envelope holds another statement"
        has "\"$hash\"" "$work/landing.statement" || bad "statement $hash is not part of the landing"
        kind=$(sed -n 's/.*"predicateType":"urn:obstat:\([a-z]*\):v1","predicate".*/\1/p' "$work/one.statement")
        who=$(sed -n 's/.*"signer":"\([^"]*\)".*/\1/p' "$work/one.statement")
        what=$(sed -n 's/.*"predicate":{"decision":"\([a-z]*\)".*/\1/p' "$work/one.statement")
        [ -n "$known" ] || known_keys "$change/allowed_signers" "$began"
        known=1
        ssh-keygen -Y verify -f "$work/signers" -I "$who" -n "obstat-$kind@v1" -s "$work/one.signature" \
            <"$work/one.statement" >/dev/null 2>&1 || bad "the signature of $who on $hash does not hold"
        has "\"repository\":\"$repository\",\"target\":\"$target\"" "$work/one.statement" ||
            bad "statement $hash is for another repository or target"
        if has "\"digest\":{\"obstatChange\":\"$digest\"" "$work/one.statement"; then
            echo "signed    $what by $who, for exactly this content"
        else
            echo "signed    $what by $who, for a head whose merge landed; only obstat recomputes merges"
        fi
    done
done
parts=$(sed 's/{"digest":/\n&/g' "$work/landing.statement" | grep -c '^{"digest":' || true)
[ "$count" -eq "$parts" ] || bad "the landing has $parts parts, the bundle $count"
[ -z "$last" ] || [ "$last" = "$commit" ] || bad 'the parts do not end at the commit'
echo "signers   by the roster in this bundle; that the owners signed it is told by obstat verify"
