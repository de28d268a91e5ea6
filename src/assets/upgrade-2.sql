-- From version 1 to 2. Version 1 wrote beats into beat_tail alone, so that the other tables of beats are empty in it.
DROP INDEX beat_tail_by_monitor;
DROP VIEW beat;
DROP TABLE beat_chunk;
DROP TABLE beat_5min;
DROP TABLE beat_hour;
DROP TABLE beat_day;

CREATE TABLE beat_chunk (
	monitor INTEGER NOT NULL,
	hour INTEGER NOT NULL,		-- hours since 1970
	part INTEGER NOT NULL,		-- from 0 on; data is that of all parts, one behind the other
	count INTEGER NOT NULL,		-- beats in the hour, told by part 0; else 0
	codec INTEGER NOT NULL,		-- how data is packed: 1 is told byte by byte in include/kumatop/chunk.h
	data BLOB NOT NULL,		-- short, so that pages are filled well
	PRIMARY KEY (hour, monitor, part)
) WITHOUT ROWID;

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
