#!/bin/sh
# `kumatop alert`: a test over a channel, its answer and exit code; the kinds; and that no secret is seen anywhere.
. "${SOURCE:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/lib/cli.sh"

start_peer hook 'on /slow { pause 300000 }
on /no { respond 403 "{\"error\":\"not with url-canary\"}" }
respond 200 "{\"ok\":true,\"errcode\":0}"'

printf 'token-canary-12345\n' > token
umask 077
cat > kumatop.conf <<END
channels: (
  { name = "ops"; kind = "webhook"; url = "$url/hook?key=url-canary"; headers = ["X-Key: header-canary"]; },
  { name = "no"; kind = "webhook"; url = "$url/no?key=url-canary"; },
  { name = "slow"; kind = "webhook"; url = "$url/slow"; timeout = "1s"; },
  { name = "gone"; kind = "webhook"; url = "http://127.0.0.1:1/"; },
  { kind = "telegram"; token = "file:token"; chat = "1"; server = "$url"; },
  { kind = "dingtalk"; url = "$url/robot?access_token=url-canary"; secret = "env:KT_SECRET"; },
  { kind = "exec"; command = ["$TEST_DIR/tell", "with words"]; },
  { kind = "terminal"; how = "osc9"; }
);
monitors: ( { name = "a"; tcp = "127.0.0.1:1"; alert = ["ops"]; } );
END
cat > tell <<'END'
#!/bin/sh
cat > "${0%/*}/told.json"
echo "$KUMATOP_EVENT $KUMATOP_NAME $1"
END
chmod 700 tell
export KT_SECRET=secret-canary

run "$KUMATOP" alert test --config kumatop.conf ops
is 'delivered' "$status" 0
like 'says so and how long it took' "$out" '^ops: delivered in [0-9]+ ms$'
like 'and what was answered' "$out" '^answer: 200: \{"ok":true'
like 'the server saw it' "$(cat hook.log)" 'POST /hook\?key=url-canary HTTP/1.1'
all="$out$err"

run "$KUMATOP" alert test --config kumatop.conf no
is 'refused is 69' "$status" 69
like 'and why, without the secret it repeats' "$out" 'answer: 403: \{"error":"not with \*\*\*"\}'
all="$all$out$err"

run "$KUMATOP" alert test --config kumatop.conf slow
is 'no answer is 69' "$status" 69
like 'and says so' "$out" 'not delivered.*|no answer in time'
run "$KUMATOP" alert test --config kumatop.conf gone
is 'nobody there is 69' "$status" 69

run "$KUMATOP" alert test --config kumatop.conf telegram
is 'a token from a file' "$status" 0
like 'goes where it should' "$(cat hook.log)" 'POST /bottoken-canary-12345/sendMessage'
all="$all$out$err"
run "$KUMATOP" alert test --config kumatop.conf dingtalk
is 'a secret from the environment' "$status" 0
line=$(sed -n 's/^request [0-9]* POST \(\/robot[^ ]*\) .*/\1/p' hook.log)
stamp=$(printf '%s' "$line" | sed -n 's/.*timestamp=\([0-9]*\).*/\1/p')
wanted=$(printf '%s\n%s' "$stamp" "$KT_SECRET" | openssl dgst -sha256 -hmac "$KT_SECRET" -binary | openssl base64 -A \
	| sed 's/+/%2B/g; s/\//%2F/g; s/=/%3D/g')
is 'signs as openssl does' "${line##*sign=}" "$wanted"
all="$all$out$err"

run "$KUMATOP" alert test --config kumatop.conf --as down exec
is 'a program is told' "$status" 0
like 'in its environment, and its words are its own' "$out" '^answer: exit 0: down kumatop test with words$'
like 'and by JSON' "$(cat told.json)" '^\{"event":"down",.*"name":"kumatop test"'
for event in up degraded unknown certificate digest test; do
	run "$KUMATOP" alert test --config kumatop.conf --as "$event" exec
	like "as $event" "$(cat told.json)" "^\{\"event\":\"$event\","
done

run "$KUMATOP" alert test --config kumatop.conf terminal
is 'a terminal that is none gets no sequence' "$(printf '%s' "$out" | tr -d '[:print:]\n' | wc -c)" 0
like 'but the line' "$out" '^TEST: terminal: '

run "$KUMATOP" alert test --config kumatop.conf opps
is 'an unknown channel is 65' "$status" 65
like 'with a suggestion' "$err" 'there is no channel "opps"; did you mean "ops"\?'
run "$KUMATOP" alert test --config kumatop.conf --as fire ops
is 'an unknown event is 64' "$status" 64
run "$KUMATOP" alert nonsense
is 'nonsense is 64' "$status" 64
run "$KUMATOP" alert
is 'so is nothing' "$status" 64

printf 'channels: ( { kind = "webhook"; } );\n' > bad.conf
run "$KUMATOP" alert test --config bad.conf webhook
is 'a wrong configuration is 78' "$status" 78
like 'and which line' "$err" 'bad.conf:1: channel "webhook": url is missing'
unset KT_SECRET
run "$KUMATOP" alert test --config kumatop.conf ops
is 'a secret that is not there is 78' "$status" 78
export KT_SECRET=secret-canary

run "$KUMATOP" alert kinds
is 'the kinds are listed' "$status" 0
for kind in webhook email exec telegram dingtalk feishu wecom serverchan bark slack discord teams mattermost rocketchat googlechat matrix ntfy \
	gotify pushover pushbullet pagerduty opsgenie splunkoncall signal homeassistant alertmanager twilio line zulip webex apprise syslog terminal; do
	like "among them $kind" "$out" "^$kind "
done
like 'with what they need' "$out" 'token .*\(needed\).*a secret'

# What is running shows nothing in its log, on the board, in its arguments or its database either.
start owner "$KUMATOP" serve --config kumatop.conf --database kumatop.db
wait_for 30 "$KUMATOP" status --config kumatop.conf --database kumatop.db
run "$KUMATOP" list --config kumatop.conf --database kumatop.db --conf
like 'a monitor says whom it tells' "$out" 'alert = \["ops"\]'
all="$all$out$err$(tr '\0' ' ' < "/proc/$(pid_of owner)/cmdline")"
stop owner
all="$all$(cat owner.out owner.err)"
unlike 'no secret was shown' "$all" 'canary'
is 'or kept' "$(cat kumatop.db* | grep -c canary)" 0

done_testing
