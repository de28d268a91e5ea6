# For shell tests that let the machine misbehave (tests/lib/preload/faults.c); after cli.sh.
#
#	make_faults
#	start_faulty serve "$KUMATOP" serve --config kumatop.conf
#	set_fault ahead 3600
#
# ahead: seconds that the clock of the day is; asleep: seconds that the machine has slept; refusal: errno of every write to a database.

make_faults()
{
	[ -e "$TOOLS/faults.so" ] || skip_all "$TOOLS/faults.so was not built"
	FAULTS=$TEST_DIR/faults
	printf '%-12s %-12s %-12s\n' 0 0 0 >"$FAULTS"
}

set_fault() # NAME NUMBER
{
	case $1 in
	ahead) _at=0 ;;
	asleep) _at=13 ;;
	refusal) _at=26 ;;
	esac
	# In place, and at once: who has it mapped reads all twelve.
	printf '%-12s' "$2" | dd of="$FAULTS" bs=12 seek="$_at" oflag=seek_bytes conv=notrunc 2>/dev/null
}

sleep_for() # SECONDS: the machine, since its start; the clock of the day goes on meanwhile
{
	printf '%-12s %-12s' "$1" "$1" | dd of="$FAULTS" bs=25 conv=notrunc 2>/dev/null
}

faulty() # COMMAND…
{
	env FAULTS="$FAULTS" LD_PRELOAD="$TOOLS/faults.so" ASAN_OPTIONS="${ASAN_OPTIONS:-}:verify_asan_link_order=0" "$@"
}

start_faulty() # NAME COMMAND…
{
	_faulty=$1
	shift
	start "$_faulty" env FAULTS="$FAULTS" LD_PRELOAD="$TOOLS/faults.so" ASAN_OPTIONS="${ASAN_OPTIONS:-}:verify_asan_link_order=0" "$@"
}
