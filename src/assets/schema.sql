-- The database of kumatop, version 2. Open it with the sqlite3 shell while kumatop runs, but only to read:
--
--	sqlite3 -readonly kumatop.db 'SELECT * FROM beat ORDER BY time DESC LIMIT 20'
--
-- Times are UTC. Columns called ..._us are microseconds (of time since 1970, or of duration), ..._ms milliseconds. States,
-- verdicts, outcomes and kinds of event are numbers whose words are in the table `word`; the views `beat` and `log` read like
-- sentences. A number never changes its meaning and a column never does; later versions add.

PRAGMA application_id = 1802857825;
PRAGMA user_version = 2;

CREATE TABLE monitor (
	id INTEGER PRIMARY KEY,		-- given once; history follows it, whatever the name becomes
	name TEXT NOT NULL,		-- one monitor that is neither retired nor removed has it
	kind TEXT NOT NULL,		-- http, tcp, ping ...
	target TEXT NOT NULL,
	origin INTEGER NOT NULL,	-- 0 declared in kumatop.conf, 1 added and kept here, 2 from a command line
	text TEXT,			-- of an added one: the monitor as kumatop.conf would have it
	retired INTEGER NOT NULL,	-- 1: declared no more; its history stays
	removed INTEGER NOT NULL,	-- 1: taken away; its history is being deleted, and then this row
	created_us INTEGER NOT NULL
);

CREATE TABLE monitor_state (
	monitor INTEGER PRIMARY KEY,
	state INTEGER NOT NULL,		-- word: state
	was INTEGER NOT NULL,		-- pending: the state before; new: paused or maintenance, when that is what ended
	was_since_us INTEGER NOT NULL,	-- pending: when that began; 0: not known
	good_run INTEGER NOT NULL,	-- consecutive verdicts, while they matter
	bad_run INTEGER NOT NULL,
	unknown_run INTEGER NOT NULL,
	degraded_run INTEGER NOT NULL,
	since_us INTEGER NOT NULL,	-- when the state began; down: its first failed check
	first_bad_us INTEGER NOT NULL,	-- what is not settled yet: failing since then; 0: it is not
	first_good_us INTEGER NOT NULL,	-- ... or good again since then, on the way up; 0: it is not
	incident_open INTEGER NOT NULL,
	incident_us INTEGER NOT NULL,	-- its first failed check
	incident INTEGER,		-- event.id that opened it
	alerted INTEGER NOT NULL,	-- somebody was told of the open incident
	acknowledged INTEGER NOT NULL,	-- somebody took it on
	paused_until_us INTEGER NOT NULL,	-- 0: until resumed
	detail TEXT NOT NULL		-- why it is what it is
);

CREATE TABLE run (
	id INTEGER PRIMARY KEY,
	started_us INTEGER NOT NULL,	-- kumatop ran from here
	seen_us INTEGER NOT NULL,	-- at least until here
	ended_us INTEGER,		-- and ended here; NULL: it still runs, or was killed
	version TEXT NOT NULL
);

-- Recent beats, appended, all monitors in one stream and therefore without an index by monitor: that would cost a page a beat. What is
-- older than an hour or two is packed into beat_chunk. A beat whose seq is at most meta's packed_seq and whose monitor is at most
-- packed_monitor is in a chunk already, and only waits here to be deleted. A seq is never given twice.
CREATE TABLE beat_tail (
	seq INTEGER PRIMARY KEY,	-- more than any before, and than packed_seq
	monitor INTEGER NOT NULL,
	time_us INTEGER NOT NULL,	-- when the check ended
	reach_ms INTEGER NOT NULL,	-- how long it speaks for at most: interval + timeout
	state INTEGER NOT NULL,		-- word: state; of the monitor, after this check
	verdict INTEGER NOT NULL,	-- word: verdict; after `invert`
	outcome INTEGER NOT NULL,	-- word: outcome
	code INTEGER,			-- HTTP status and the like; NULL: none
	name_us INTEGER,		-- how long each phase took; NULL: not reached
	connect_us INTEGER,
	tls_us INTEGER,
	first_byte_us INTEGER,		-- of a ping: the mean round trip
	transfer_us INTEGER,
	total_us INTEGER,
	cert_expires_us INTEGER,	-- NULL: no certificate was seen
	detail INTEGER,			-- text.id; NULL: nothing to say
	address INTEGER			-- text.id; NULL: none was used
);

-- Older beats: an hour of a monitor in one row, or in a few. By hour first, as all that comes together is then written together.
CREATE TABLE beat_chunk (
	monitor INTEGER NOT NULL,
	hour INTEGER NOT NULL,		-- hours since 1970
	part INTEGER NOT NULL,		-- from 0 on; data is that of all parts, one behind the other
	count INTEGER NOT NULL,		-- beats in the hour, told by part 0; else 0
	codec INTEGER NOT NULL,		-- how data is packed: 1 is told byte by byte in include/kumatop/chunk.h
	data BLOB NOT NULL,		-- short, so that pages are filled well
	PRIMARY KEY (hour, monitor, part)
) WITHOUT ROWID;

-- Roll-ups, one row for a monitor and a closed span of 5 minutes, an hour, a UTC day. The five amounts of time add up to it. What is
-- closed is written once. All that ends by meta's rolled_5min_us (rolled_hour_us, rolled_day_us) is closed; no row: nothing is known.
CREATE TABLE beat_5min (
	monitor INTEGER NOT NULL,
	start_us INTEGER NOT NULL,
	up_us INTEGER NOT NULL,			-- with degraded inside it
	degraded_us INTEGER NOT NULL,		-- that part of up_us
	down_us INTEGER NOT NULL,
	pending_us INTEGER NOT NULL,		-- failing, but it recovered before it was down
	maintenance_us INTEGER NOT NULL,
	unknown_us INTEGER NOT NULL,		-- not observed
	beats_up INTEGER NOT NULL,		-- beats by verdict
	beats_degraded INTEGER NOT NULL,
	beats_down INTEGER NOT NULL,
	beats_unknown INTEGER NOT NULL,
	answers INTEGER NOT NULL,		-- beats with a latency; the mean is latency_sum_us / answers
	latency_min_us INTEGER,
	latency_sum_us INTEGER NOT NULL,
	latency_max_us INTEGER,
	histogram BLOB,				-- of the latencies; histograms of adjoining rows can be added
	PRIMARY KEY (start_us, monitor)
) WITHOUT ROWID;

CREATE TABLE beat_hour (
	monitor INTEGER NOT NULL,
	start_us INTEGER NOT NULL,
	up_us INTEGER NOT NULL,			-- all columns as in beat_5min
	degraded_us INTEGER NOT NULL,
	down_us INTEGER NOT NULL,
	pending_us INTEGER NOT NULL,
	maintenance_us INTEGER NOT NULL,
	unknown_us INTEGER NOT NULL,
	beats_up INTEGER NOT NULL,
	beats_degraded INTEGER NOT NULL,
	beats_down INTEGER NOT NULL,
	beats_unknown INTEGER NOT NULL,
	answers INTEGER NOT NULL,
	latency_min_us INTEGER,
	latency_sum_us INTEGER NOT NULL,
	latency_max_us INTEGER,
	histogram BLOB,
	PRIMARY KEY (start_us, monitor)
) WITHOUT ROWID;

CREATE TABLE beat_day (
	monitor INTEGER NOT NULL,
	start_us INTEGER NOT NULL,
	up_us INTEGER NOT NULL,			-- all columns as in beat_5min
	degraded_us INTEGER NOT NULL,
	down_us INTEGER NOT NULL,
	pending_us INTEGER NOT NULL,
	maintenance_us INTEGER NOT NULL,
	unknown_us INTEGER NOT NULL,
	beats_up INTEGER NOT NULL,
	beats_degraded INTEGER NOT NULL,
	beats_down INTEGER NOT NULL,
	beats_unknown INTEGER NOT NULL,
	answers INTEGER NOT NULL,
	latency_min_us INTEGER,
	latency_sum_us INTEGER NOT NULL,
	latency_max_us INTEGER,
	histogram BLOB,
	PRIMARY KEY (start_us, monitor)
) WITHOUT ROWID;

-- AUTOINCREMENT: an id is never given twice, so that what points to a deleted event cannot point to another.
CREATE TABLE event (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	monitor INTEGER NOT NULL,	-- 0: kumatop itself
	name TEXT NOT NULL,		-- of the monitor at that time
	time_us INTEGER NOT NULL,
	kind INTEGER NOT NULL,		-- word: event
	from_state INTEGER NOT NULL,	-- word: state
	to_state INTEGER NOT NULL,
	outcome INTEGER,		-- word: outcome; of the check that brought it about; NULL: no check did
	code INTEGER,			-- NULL: none
	since_us INTEGER NOT NULL,	-- when the new state began; 0: no change of state
	lasted_us INTEGER NOT NULL,	-- how long what ended had lasted; 0: nothing ended
	alert INTEGER NOT NULL,		-- 1: worth telling somebody
	detail TEXT NOT NULL,
	evidence TEXT,			-- what was seen of the first failure of an incident; kept as long as raw beats
	who TEXT,			-- who did it; NULL: kumatop
	incident INTEGER		-- event.id that opened the incident it belongs to
);
CREATE INDEX event_by_time ON event (time_us);
CREATE INDEX event_by_monitor ON event (monitor, time_us);
CREATE INDEX event_with_evidence ON event (time_us) WHERE evidence NOT NULL;

CREATE TABLE outbox (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	event INTEGER NOT NULL,		-- event.id
	channel TEXT NOT NULL,		-- the name of who is to be told
	fate INTEGER NOT NULL,		-- 0 waiting, 1 delivered, 2 given up
	attempts INTEGER NOT NULL,
	created_us INTEGER NOT NULL,
	due_us INTEGER NOT NULL,	-- the next attempt
	settled_us INTEGER,		-- when it was delivered or given up
	error TEXT			-- why the last attempt failed
);
CREATE INDEX outbox_waiting ON outbox (due_us) WHERE fate = 0;

CREATE TABLE text (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	text TEXT NOT NULL UNIQUE,
	used_us INTEGER NOT NULL	-- the last use, to the day; what no kept beat can use any more is deleted
);

CREATE TABLE meta (
	key TEXT PRIMARY KEY,
	value
) WITHOUT ROWID;

-- What the numbers mean. Filled by the program that wrote them, each time it starts.
CREATE TABLE word (
	what TEXT NOT NULL,		-- state, verdict, outcome, event
	number INTEGER NOT NULL,
	word TEXT NOT NULL,
	PRIMARY KEY (what, number)
) WITHOUT ROWID;

-- Of beats that are not packed yet; `kumatop sql` has a table of this name, with these columns and all beats.
CREATE VIEW beat AS
SELECT strftime('%Y-%m-%dT%H:%M:%S', b.time_us / 1000000, 'unixepoch') || printf('.%03dZ', b.time_us / 1000 % 1000) AS time,
	m.name AS monitor, s.word AS state, v.word AS verdict, o.word AS outcome, b.code AS code, b.total_us / 1000.0 AS total_ms,
	d.text AS detail, a.text AS address, b.monitor AS monitor_id, b.time_us AS time_us
FROM beat_tail b
	LEFT JOIN monitor m ON m.id = b.monitor
	LEFT JOIN word s ON s.what = 'state' AND s.number = b.state
	LEFT JOIN word v ON v.what = 'verdict' AND v.number = b.verdict
	LEFT JOIN word o ON o.what = 'outcome' AND o.number = b.outcome
	LEFT JOIN text d ON d.id = b.detail
	LEFT JOIN text a ON a.id = b.address
WHERE b.seq > coalesce((SELECT value FROM meta WHERE key = 'packed_seq'), 0)
	OR b.monitor > coalesce((SELECT value FROM meta WHERE key = 'packed_monitor'), 0);

CREATE VIEW log AS
SELECT strftime('%Y-%m-%dT%H:%M:%S', e.time_us / 1000000, 'unixepoch') || printf('.%03dZ', e.time_us / 1000 % 1000) AS time,
	coalesce(m.name, e.name) AS monitor, k.word AS event, f.word AS was, t.word AS became, o.word AS outcome,
	e.lasted_us / 1000000 AS lasted_s, e.detail AS detail, e.who AS who, e.id AS id, e.time_us AS time_us
FROM event e
	LEFT JOIN monitor m ON m.id = e.monitor
	LEFT JOIN word k ON k.what = 'event' AND k.number = e.kind
	LEFT JOIN word f ON f.what = 'state' AND f.number = e.from_state
	LEFT JOIN word t ON t.what = 'state' AND t.number = e.to_state
	LEFT JOIN word o ON o.what = 'outcome' AND o.number = e.outcome;
