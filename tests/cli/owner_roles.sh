#!/bin/sh
# Commands of other users on somebody's board: what their role lets them, and what they are told otherwise.
. "${SOURCE:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/lib/cli.sh"

[ "$(id -u)" = 0 ] || skip_all 'takes root, to be other users'
command -v setpriv >/dev/null || skip_all 'takes setpriv'
chmod 711 "$TEST_DIR"
mkdir pub
chmod 750 pub
sock=$TEST_DIR/pub/kumatop.sock
# With root's group they may connect; who they are is what counts then.
as() # USER COMMAND…
{
	_user=$1
	shift
	run setpriv --reuid="$_user" --regid=0 --clear-groups env HOME=/nonexistent "$KUMATOP" "$@" --socket "$sock"
}
setpriv --reuid=nobody --regid=0 --clear-groups sh -c "test -x '$KUMATOP' && cd '$TEST_DIR/pub'" 2>/dev/null \
	|| skip_all 'other users cannot get at the program or the test'"'"'s folder'

start_peer web 'read-request; respond 200 hello'
conf() # ACCESS
{
	cat >own.conf <<CONF
database = "$TEST_DIR/kumatop.db";
socket = "$sock";
access: { $1 };
monitors: (
  { name = "shop-web"; http = "$url/"; interval = "1h"; group = "shop"; },
  { name = "bank-web"; http = "$url/"; interval = "1h"; group = "bank"; }
);
CONF
	chmod 600 own.conf
}
_ready() { grep -q ready owner.err; }
_up() { "$KUMATOP" list --socket "$sock" >/dev/null; }

conf 'admin = ["root"]; dev: ( { who = ["nobody"]; groups = ["shop"]; }, { who = ["games"]; groups = ["bank"]; only = true; } ); guest = ["daemon"];'
start owner "$KUMATOP" serve --config own.conf
ok 'an owner starts' wait_for 20 _ready
ok 'all is up' wait_for 20 _up

as daemon list
is 'a guest looks' "$status" 0
is 'a script is told nothing beside' "$err" ''
like 'at everything' "$out" 'bank-web'
as daemon status
like 'at counts' "$out" '^2 up;'
as daemon events
is 'at events' "$status" 0
as daemon wait shop-web --up 5s
is 'and waits' "$status" 0
for command in 'pause shop-web' 'resume shop-web' 'check shop-web' 'add tcp://127.0.0.1:1' 'rm shop-web' 'edit shop-web --interval 5s' stop; do
	# shellcheck disable=SC2086 # words
	as daemon $command
	is "a guest does not ${command%% *}" "$status" 77
	like "${command%% *}: and is told why" "$err" 'daemon is guest here and may not'
done
as daemon check shop-web --nagios
is 'to a plugin that is unknown' "$status" 3
like 'with the reason' "$out" '^KUMATOP UNKNOWN: .*may not'

as nobody pause shop-web
is 'a dev pauses where he is one' "$status" 0
as nobody check 'shop*'
is 'what he paused is wrong to check, not forbidden' "$status" 64
as nobody resume shop-web
is 'and resumes' "$status" 0
as nobody check shop-web
is 'and checks' "$status" 0
as nobody pause bank-web
is 'not elsewhere' "$status" 77
as nobody add tcp://127.0.0.1:1
is 'nor does he add' "$status" 77
as nobody events --monitor shop-web
like 'who did it is in the log' "$out" 'paused +by nobody'

as games list
like 'who sees only his own does' "$out" 'bank-web'
unlike 'and nothing else' "$out" 'shop-web'
as games list --at now
is 'of the past, too' "$status" 0
like 'he sees his own' "$out" '^up +bank-web'
unlike 'and nothing else' "$out" 'shop-web'
as daemon list --json --at now
like 'and a guest all of it' "$out" '"at": *"20.*"name": *"shop-web"'
as games status --short
is 'in counts, too' "$out" '●1'
as games events
unlike 'and in events' "$out" 'shop-web'
as games pause shop-web
is 'to him others are not there' "$status" 65
unlike 'not even as the nearest name' "$err" 'did you mean'

as root add 'tcp://127.0.0.1:1' --name mine
is 'the owner may everything' "$status" 0
unlike 'and is not told whose it is' "$err" 'board'
as mail list
is 'who has no role is not let in' "$status" 77
is 'and sees nothing' "$out" ''
stop owner
is 'it ends well' "$status" 0
done_testing
