#!/bin/sh
# A database that cannot be written for want of permission: a file system that becomes read-only under `kumatop serve`, one that is so when
# it starts, and a directory of somebody else. Checking goes on, it is said, and with permission again all is kept, without a restart.

# What is mounted in a namespace of its own goes with the last of us, however that ends.
if [ -z "${READ_ONLY_SPACE:-}" ]; then
	for how in -m -rm; do
		if unshare $how sh -c 'mount -t tmpfs -o size=1m none /mnt' 2>/dev/null; then
			READ_ONLY_SPACE=own exec unshare $how sh "$0"
		fi
	done
fi
. "${SOURCE:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/lib/cli.sh"
. "$SOURCE/tests/lib/faults.sh"

EROFS=30
make_faults
start_peer web 'read-request; respond 200 hello'
disk=$TEST_DIR/disk
db=$disk/kumatop.db
mkdir "$disk"
cat >kumatop.conf <<CONF
database = "$db";
socket = "$TEST_DIR/sock";
monitors: (
  { name = "web"; http = "$url/web"; interval = "1s"; timeout = "1s"; },
  { name = "shop"; http = "$url/shop"; interval = "1s"; timeout = "1s"; }
);
CONF
chmod 600 kumatop.conf

sql() { sqlite3 "file:$db?mode=ro" "$1" 2>>sql.err; }
_ready() { grep -q ready "$run.err"; }
_asked() { [ "$(requests web)" -ge "$1" ]; }
_said() { grep -q "$1" "$run.err"; }
_kept() { [ "$(sql 'select count(*) from beat')" -ge "$1" ]; }
_told() { "$KUMATOP" status --config kumatop.conf --json | grep -q "$1"; }

# It was written once, is written no more, and then again.
goes_and_comes() # NAME
{
	ok "$1: checking goes on" wait_for 60 _asked $(($(requests web) + 4))
	asked=$(requests web)
}

all_is_kept() # NAME ASKED-BEFORE
{
	# What is under way is asked and not kept yet.
	ok "$1: what was asked meanwhile has its beat" wait_for 60 _kept $((asked - 2))
	ok "$1: by the same process" running "$1"
	stop "$1"
	is "$1: it ends with 0" "$status" 0
	is "$1: the database is sound" "$(sqlite3 "$db" 'pragma integrity_check')" ok
	is "$1: nothing is there twice" "$(sql 'select count(*) from (select 1 from beat group by monitor, time_us having count(*) > 1)')" 0
}

run=becomes
start_faulty $run "$KUMATOP" serve --config kumatop.conf
ok "$run: it gets ready" wait_for 60 _ready
ok "$run: beats are kept" wait_for 60 _kept 4
set_fault refusal $EROFS
ok "$run: it is said" wait_for 60 _said 'cannot be written: .*Read-only file system: beats wait in memory'
ok "$run: and told to who asks" wait_for 60 _told 'Read-only file system'
goes_and_comes $run
set_fault refusal 0
ok "$run: it is written again" wait_for 60 _said 'can be written again'
all_is_kept $run

: >web.log
if [ -n "${READ_ONLY_SPACE:-}" ]; then
	run=mounted
	mount -t tmpfs -o size=20m none "$disk"
	mount -o remount,ro "$disk"
	start $run "$KUMATOP" serve --config kumatop.conf
	ok "$run: it starts" wait_for 60 _ready
	ok "$run: it is said" wait_for 60 _said 'error: .*Read-only file system'
	goes_and_comes $run
	mount -o remount,rw "$disk"
	ok "$run: it is taken up" wait_for 90 _said 'can be \(opened now\|written again\)'
	all_is_kept $run
	umount "$disk"
else
	skip 'a file system that is read-only at the start' 'no file system can be mounted here'
fi

# Root is bound by no permission.
as_nobody() { if [ "$(id -u)" -eq 0 ]; then setpriv --reuid 65534 --regid 65534 --clear-groups "$@"; else "$@"; fi; }
: >web.log
run=forbidden
rm -rf "$disk"
mkdir "$disk" home run 2>/dev/null
cp "$KUMATOP" ./everyones
chmod 755 everyones
chmod 1777 "$TEST_DIR"
chmod 555 "$disk"
[ "$(id -u)" -ne 0 ] || chown 65534 kumatop.conf "$disk"
if as_nobody test -x ./everyones && ! as_nobody touch "$disk/x" 2>/dev/null; then
	if [ "$(id -u)" -eq 0 ]; then
		start $run setpriv --reuid 65534 --regid 65534 --clear-groups env HOME="$TEST_DIR" XDG_RUNTIME_DIR="$TEST_DIR" ./everyones \
			serve --config kumatop.conf
	else
		start $run ./everyones serve --config kumatop.conf
	fi
	ok "$run: it starts" wait_for 60 _ready
	ok "$run: it is said" wait_for 60 _said 'error: .*\(may not\|Permission denied\)'
	goes_and_comes $run
	chmod 755 "$disk"
	ok "$run: it is taken up" wait_for 90 _said 'can be \(opened now\|written again\)'
	all_is_kept $run
else
	skip 'a directory that may not be written in' 'nobody may not come here, or may do everything'
fi
done_testing
