#!/bin/sh
# One kumatop of a service user, and others of the machine who come to it as themselves: what each sees and may do, who the event log
# says did it, and what those are told who may not. By commands; screens are test_people.c's.
. "${SOURCE:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/lib/cli.sh"

[ "$(id -u)" -eq 0 ] || skip_all 'only root can make users'
PATH=$PATH:/usr/sbin:/sbin
for tool in useradd groupadd setpriv; do
	command -v "$tool" >/dev/null || skip_all "there is no $tool"
done

# They are there as long as descriptor 7 is open.
mkfifo users.end
setsid sh "$SOURCE/tests/lib/people" <users.end >users 2>users.err &
keeper=$!
exec 7>users.end
_users() { grep -q ready users || ! kill -0 "$keeper"; }
wait_for 30 _users
grep -q ready users || skip_all "no users can be made: $(head -1 users.err)"
who() { sed -n "s/^$1 //p" users; }
service=$(who service) dev=$(who dev) guest=$(who guest) stranger=$(who stranger)

# Others may come in, and leave what a sanitizer says of their process.
chmod 1773 "$TEST_DIR"
cp "$KUMATOP" ./everyones && chmod 755 everyones
mkdir -p home run
chmod 711 home
for user in $service $dev $guest $stranger; do
	mkdir -m 700 "home/$user" && chown "$user" "home/$user"
done
chown "$service:$service" run && chmod 2750 run
socket=$TEST_DIR/run/kumatop.sock
conf=$TEST_DIR/home/$service/kumatop.conf

as() # USER COMMAND…
{
	_user=$1
	shift
	setpriv --reuid "$_user" --regid "$(id -g "$_user")" --init-groups env HOME="$TEST_DIR/home/$_user" \
		XDG_CONFIG_HOME="$TEST_DIR/home/$_user" XDG_STATE_HOME="$TEST_DIR/home/$_user" XDG_RUNTIME_DIR="$TEST_DIR/home/$_user" \
		KUMATOP_SOCKET="$socket" "$@" 7>&-
}
kt() { _as=$1; shift; run as "$_as" "$TEST_DIR/everyones" "$@"; }
refused() { is "$1: refused by exit code" "$status" 77; like "$1: and told why" "$err" "$2"; is "$1: nothing on stdout" "$out" ''; }
hidden() { is "$1: as if it were not there" "$status" 65; like "$1: and told so" "$err" 'no monitor "blog"'; unlike "$1: nothing is given away" "$err$out" "$url"; }

start_peer web 'read-request; respond 200 hello'

configure() # ACCESS
{
	cat >kumatop.conf <<-CONF
		database = "$TEST_DIR/home/$service/kumatop.db";
		socket = "$socket";
		interval = "1h"; fall = 1; rise = 1; flush = "100ms";
		access: { $1 };
		monitors: (
			{ name = "shop-web"; http = "$url/shop"; group = "shop"; },
			{ name = "shop-pay"; http = "$url/pay"; tags = ["pay"]; },
			{ name = "blog"; http = "$url/blog"; group = "web"; headers = ["Authorization: Bearer hush"]; }
		);
	CONF
	cp kumatop.conf "$conf.new" && chown "$service" "$conf.new" && chmod 600 "$conf.new" && mv "$conf.new" "$conf"
}

configure "admin = [\"root\"]; dev: ( { who = [\"@$(who payments)\"]; groups = [\"shop\"]; tags = [\"pay\"]; only = true; } );
	guest = [\"@$(who lookers)\"];"
start serve setpriv --pdeathsig KILL --reuid "$service" --regid "$(id -g "$service")" --init-groups env HOME="$TEST_DIR/home/$service" \
	"$TEST_DIR/everyones" serve --config "$conf"
_up() { [ "$(as "$guest" ./everyones list --json | grep -o '"state": *"up"' | wc -l)" -eq 3 ] || ! running serve; }
ok 'it runs as the service user' wait_for 30 _up
is 'with the socket for a group' "$(stat -c '%U %G %a' "$socket")" "$service $service 660"

# ---- what each sees
kt "$guest" list
is 'guest: list' "$status" 0
is 'guest: sees all' "$(printf '%s\n' "$out" | grep -Ec 'shop-web|shop-pay|blog')" 3
kt "$dev" list
is 'dev with only: list' "$status" 0
like 'dev with only: sees his group' "$out" 'shop-web'
like 'dev with only: and his tag' "$out" 'shop-pay'
unlike 'dev with only: and nothing else' "$out$err" 'blog'
kt "$dev" status --json
unlike 'dev with only: status counts no other' "$out" '"up": *3'
kt "$guest" list --conf
unlike 'guest: no secrets' "$out$err" 'hush'
kt "$guest" list --conf --reveal
unlike 'guest: none with --reveal either' "$out$err" 'hush'
kt "$stranger" list
refused 'no role: list' "$stranger has no access here"
unlike 'no role: sees nothing' "$out$err" 'shop|blog'
kt "$stranger" status
refused 'no role: status' "$stranger has no access here"
kt "$stranger" events
refused 'no role: events' "$stranger has no access here"
kt nobody list
is 'one who may not connect: exit code' "$status" 77
like 'one who may not connect: the place is named' "$err" "$socket"

# ---- what each may do
before=$(grep -c 'GET /shop' web.log)
kt "$dev" pause shop-web
is 'dev: pause' "$status" 0
like 'dev: it is paused' "$(as "$guest" ./everyones list 2>/dev/null)" 'shop-web.*paused|paused.*shop-web'
kt "$dev" resume shop-web
is 'dev: resume' "$status" 0
kt "$dev" check shop-pay
is 'dev: check, by tag' "$status" 0
kt "$dev" check shop-web
is 'dev: check, by group' "$status" 0
ok 'dev: it was checked' [ "$(grep -c 'GET /shop' web.log)" -gt "$before" ]
kt "$dev" pause blog
hidden 'dev: pause of what he does not see'
kt "$dev" edit blog --interval 5m
hidden 'dev: edit of what he does not see'
kt "$dev" rm blog
hidden 'dev: rm of what he does not see'
kt "$dev" check blog
unlike 'dev: check of what he does not see' "$err$out" "$url"
is 'dev: it was not checked' "$(grep -c 'GET /blog' web.log)" 1
kt "$dev" add "$url/new" --name new --group shop
refused 'dev: add' "$dev is dev here and may not add"
kt "$dev" edit shop-web --interval 5m
refused 'dev: edit' "$dev is dev here and may not edit"
kt "$dev" rm shop-web
refused 'dev: rm' "$dev is dev here and may not delete"

for word in pause resume check; do
	kt "$guest" "$word" shop-web
	refused "guest: $word" "$guest is guest here and may not"
done
kt "$guest" add "$url/new" --name new
refused 'guest: add' "$guest is guest here and may not add"
kt "$guest" edit blog --interval 5m
refused 'guest: edit' 'may not edit'
kt "$guest" rm blog
refused 'guest: rm' 'may not delete'
kt "$stranger" pause shop-web
refused 'no role: pause' "$stranger has no access here"
kt "$guest" list --json
is 'after all that nothing is changed' "$(printf '%s\n' "$out" | grep -o '"state": *"up"' | wc -l)" 3

kt "$service" add "$url/added" --name added --group shop
is 'the user it runs as: add' "$status" 0
kt root edit added --interval 30m
is 'a named admin: edit' "$status" 0
kt root pause added
is 'a named admin: pause' "$status" 0
kt "$dev" list
like 'dev: what was added to his group he sees' "$out" 'added'
_told() { as "$service" ./everyones events >told && grep -q "paused.*by root" told; }
ok 'events come to be known' wait_for 30 _told
told=$(cat told)
like 'events: who added' "$told" "added .*added.*by $service"
like 'events: who edited' "$told" "added .*(changed|edited).*by root"
kt root rm added
is 'a named admin: rm' "$status" 0
kt "$dev" list
unlike 'dev: and it is gone' "$out" 'added'

# ---- who did what
_told() { as "$service" ./everyones events >told && grep -q "removed.*by root" told; }
ok 'events: who removed' wait_for 30 _told
told=$(cat told)
like 'events: who paused' "$told" "shop-web .*paused.*by $dev"
like 'events: who resumed' "$told" "shop-web .*resumed.*by $dev"
is 'events: of who was refused nothing' "$(printf '%s\n' "$told" | grep -Ec "by ($guest|$stranger)")" 0
kt "$dev" events
unlike 'dev with only: no events of others' "$out" 'blog'
like 'dev with only: his own' "$out" 'shop-web'
kt "$guest" events
like 'guest: all events' "$out" 'blog'

# ---- refusals are in the log once, and do not harm
is 'the log says who had no role' "$(grep -c "socket: $stranger was refused" serve.err)" 4
unlike 'the log has no secrets' "$(cat serve.err)" 'hush'

# ---- other rules while it runs
start follow setpriv --pdeathsig KILL --reuid "$dev" --regid "$(id -g "$dev")" --init-groups env HOME="$TEST_DIR/home/$dev" \
	KUMATOP_SOCKET="$socket" "$TEST_DIR/everyones" wait shop-web --down 60s
configure "admin = [\"$guest\"]; guest = [\"root\"];"
send_signal serve HUP
_admin() { as "$guest" ./everyones add "$url/second" --name second; }
ok 'a new rule counts after a reload' wait_for 30 _admin
finish follow 20
is 'who is attached and loses his role is sent away' "$status" 77
like 'and told why' "$(cat follow.err)" "$dev"
kt "$dev" list
refused 'who lost his role' "$dev"
kt root add "$url/third" --name third
refused 'root is what the rules say' 'root is guest here'
configure 'admin = ["nobody-of-this-name"];'
send_signal serve HUP
_kept() { grep -q 'not reloaded' serve.err; }
ok 'doubtful rules are not taken' wait_for 30 _kept
kt "$guest" pause second
is 'and those before stay' "$status" 0

stop serve
serve_status=$status
stop web	# they have descriptor 7
is 'it ends with 0' "$serve_status" 0
not_ok 'the socket is gone' [ -e "$socket" ]
kt "$guest" list
is 'then nobody is there' "$status" 69
exec 7>&-
wait "$keeper"
is 'the users are gone' "$(getent passwd "$service" "$dev" "$guest" "$stranger" | wc -l)" 0
done_testing
