#!/bin/sh
# A disk that fills up under `kumatop serve`, and is emptied again: checking goes on, it is said, and every beat is kept in the end,
# without a restart. On a small file system of our own where the kernel lets us make one, and with a limit on the size of files.

# What is mounted in a namespace of its own goes with the last of us, however that ends.
if [ -z "${FULL_DISK_SPACE:-}" ]; then
	for how in -m -rm; do
		if unshare $how sh -c 'mount -t tmpfs -o size=1m none /mnt' 2>/dev/null; then
			FULL_DISK_SPACE=own exec unshare $how sh "$0"
		fi
	done
fi
. "${SOURCE:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/lib/cli.sh"

MONITORS=20
hello='read-request; respond 200 hello'
disk=$TEST_DIR/disk
db=$disk/kumatop.db
mkdir "$disk"
start_peer web "$hello"

configure()
{
	{
		echo "database = \"$db\";"
		echo 'monitors: ('
		for i in $(seq "$MONITORS"); do
			echo "  { name = \"m$i\"; http = \"$url/m$i\"; interval = \"1s\"; timeout = \"1s\"; fall = 2; rise = 1; }$(
				[ "$i" -eq "$MONITORS" ] || echo ,)"
		done
		echo ');'
	} >kumatop.conf
	chmod 600 kumatop.conf
}

sql() # SQL: beside the owner, and without writing anything
{
	sqlite3 "file:$db?mode=ro" "$1" 2>>sql.err
}

_ready() { grep -q ready "$run.err"; }
_beats() { [ "$(sql 'select count(*) from beat_tail')" -ge "$1" ]; }
_said() { tail -n "+$said" "$run.err" | grep -q "$1"; }
_asked() { [ "$(requests web)" -ge "$1" ]; }
_states() { [ "$(sql "select count(*) from event e join word w on w.what = 'state' and w.number = e.to_state
	where e.kind = 1 and w.word = '$1'")" -ge "$MONITORS" ]; }
_no_fewer_beats() # FILE of "m7 12": twelve requests of m7; beats until $moment
{
	sqlite3 -separator ' ' "file:$db?mode=ro" "select m.name, count(*) from beat_tail b join monitor m on m.id = b.monitor
		where b.time_us <= $moment group by m.id" >kept 2>>sql.err && [ -z "$(missing "$1")" ]
}

requested() # TO FILE
{
	awk '$1 == "request" { sub("/", "", $4); count[$4]++ } END { for (m in count) print m, count[m] }' web.log | sort >"$1"
}

missing() # REQUESTED
{
	awk 'FILENAME == "kept" { kept[$1] = $2; next } kept[$1] + 0 < $2 { print $1 ": " $2 " requests, " kept[$1] + 0 " beats" }' kept "$1"
}

# One disk after the other: fill, make_room and hold_nothing_back are what differs.
try() # NAME
{
	run=$1
	said=1
	configure
	: >web.log
	start "$run" "$KUMATOP" serve --config kumatop.conf
	ok "$run: it gets ready" wait_for 30 _ready
	ok "$run: beats are kept" wait_for 30 _beats $((MONITORS * 2))

	fill
	ok "$run: that the disk is full is said" wait_for 60 _said 'cannot be written'
	ok "$run: and that beats wait in memory" wait_for 60 _said '[0-9] beats in memory, none lost'
	count=$(sql 'select count(*) from beat_tail')
	ok "$run: checking goes on" wait_for 60 _asked $(($(requests web) + MONITORS * 3))
	set_peer web 'read-request; respond 503 nope'
	_down() { [ "$(grep -c ': down, was' "$run.err")" -ge "$MONITORS" ]; }
	ok "$run: and judging" wait_for 60 _down
	is "$run: what was there is all there is to see" "$(sql 'select count(*) from beat_tail')" "$count"
	set_peer web "$hello"
	requested before
	ok "$run: and on" wait_for 60 _asked $(($(requests web) + MONITORS))	# so that those before it have ended
	moment=$(date +%s%6N)

	make_room
	ok "$run: with space again it is written again" wait_for 60 _said 'can be written again'
	ok "$run: all that was asked meanwhile has its beat" wait_for 60 _no_fewer_beats before || note "$(missing before)"
	ok "$run: that all went down is in the log" wait_for 60 _states down
	ok "$run: by the same process" running "$run"

	ok "$run: nothing is held back" wait_for 60 hold_nothing_back
	said=$(($(wc -l <"$run.err") + 1))
	fill
	ok "$run: the disk may fill up again" wait_for 60 _said 'cannot be written'
	make_room
	ok "$run: and be emptied again" wait_for 60 _said 'can be written again'
	stop "$run"
	is "$run: it ends with 0" "$status" 0
	is "$run: the database is sound" "$(sqlite3 "$db" 'pragma integrity_check')" ok
	requested all
	moment=$(date +%s%6N)
	_no_fewer_beats all || :
	# What is under way when it is stopped is asked and not kept.
	is "$run: nothing was lost" "$(missing all | awk '{ lost = $2 - $4 } lost > 1')" ''
	is "$run: nor kept twice" "$(sqlite3 "$db" 'select count(*) from (select 1 from beat_tail group by monitor, time_us having count(*) > 1)')" 0
}

# The one that was tried already.
try_full_from_the_start() # NAME
{
	run=$1
	said=1
	fill
	start "$run" "$KUMATOP" serve --config kumatop.conf
	ok "$run: it starts on a disk that is full" wait_for 30 _ready
	ok "$run: and says so" wait_for 60 _said 'error: .*disk full'
	ok "$run: and checks" wait_for 60 _asked $(($(requests web) + MONITORS * 2))
	stop "$run"
	is "$run: it ends on one, too" "$status" 0
	make_room
	is "$run: the database is sound" "$(sqlite3 "$db" 'pragma integrity_check')" ok
	is "$run: and has lost nothing" "$(sqlite3 "$db" "select count(*) from beat_tail" | awk -v all="$(awk '{ n += $2 } END { print n }' kept)" '$1 < all')" ''
}

# With room while it runs it takes the database up: a new one, or one that has history, which may be opened without room.
try_room_after_the_start() # NAME BEATS-BEFORE
{
	run=$1
	said=1
	: >web.log
	start "$run" "$KUMATOP" serve --config kumatop.conf
	ok "$run: it starts on a disk that is full" wait_for 30 _ready
	ok "$run: and checks" wait_for 60 _asked $((MONITORS * 2))
	make_room
	ok "$run: with room the database is taken up" wait_for 90 _said 'can be \(opened now\|written again\)'
	ok "$run: with all that came before, and since" wait_for 60 _beats $(($2 + $(requests web) + MONITORS))
	ok "$run: by the same process" running "$run"
	stop "$run"
	is "$run: it ends with 0" "$status" 0
	is "$run: the database is sound" "$(sqlite3 "$db" 'pragma integrity_check')" ok
	is "$run: every monitor is there once" "$(sql 'select count(*), count(distinct name) from monitor')" "$MONITORS|$MONITORS"
	is "$run: nothing was kept twice" "$(sql 'select count(*) from (select 1 from beat_tail group by monitor, time_us having count(*) > 1)')" 0
	# What is under way when it is stopped is asked and not kept.
	count=$(sql 'select count(*) from beat_tail')
	ok "$run: nor lost" [ "$count" -ge $(($2 + $(requests web) - MONITORS)) ]
}

if [ -n "${FULL_DISK_SPACE:-}" ]; then
	mount -t tmpfs -o size=6m none "$disk"
	fill() { cat /dev/zero >"$disk/ballast" 2>/dev/null; }
	make_room() { rm "$disk/ballast"; }
	# While there was no room the log of changes was written back. Its file keeps its size, which would do for a minute without more
	# room. It is cut while the owner is stopped: two that work on the log at once are what SQLite must not be trusted with.
	hold_nothing_back()
	{
		send_signal "$run" STOP
		sqlite3 "$db" 'pragma wal_checkpoint(truncate)' >/dev/null 2>>sql.err
		count=$(stat -c %s "$db-wal")
		send_signal "$run" CONT
		[ "$count" -eq 0 ]
	}
	try full
	try_full_from_the_start full-again
	before=$(sql 'select count(*) from beat_tail')
	fill
	try_room_after_the_start room-later "$before"
	rm -f "$db"*
	fill
	try_room_after_the_start room-for-a-new-one 0
	umount "$disk"
else
	skip 'a full file system' 'no file system can be mounted here'
fi

# The soft limit of the running process goes to what its files have already, and back.
if command -v prlimit >/dev/null; then
	fill() { prlimit --pid "$(pid_of "$run")" --fsize="$(($(stat -c %s "$db") + 4096)):unlimited"; }
	make_room() { prlimit --pid "$(pid_of "$run")" --fsize=unlimited:unlimited; }
	hold_nothing_back() { :; }
	rm -f "$db"*
	try limited
else
	skip 'a limit on files' 'there is no prlimit'
fi
done_testing
