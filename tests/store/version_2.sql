-- A journal of version 2 as its program wrote it: and outcomes, positions, the head.
PRAGMA user_version = 2;
PRAGMA application_id = 1212238924;
CREATE TABLE events (
    seq INTEGER PRIMARY KEY,
    time_ms INTEGER NOT NULL,
    type TEXT NOT NULL,
    by TEXT NOT NULL,
    command_id TEXT NOT NULL,
    body TEXT NOT NULL,
    hash BLOB NOT NULL
);
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
INSERT INTO meta VALUES ('epoch', '01JD2W9K00G8Q5V3N7R4T6Y1XZ');
INSERT INTO meta VALUES ('node', 'hub-1');
INSERT INTO meta VALUES ('started_ms', '1732233600000');
INSERT INTO events VALUES (1, 1732233600500, 'DayOpened', 'hallctl', 'hallctl:1',
    '{"day":"2024-11-22"}',
    x'7e2ac8d0040fed4710c82373d517d6e02440fcbe6fe0b773ea497d2840560bd6');
INSERT INTO events VALUES (2, 1732233723000, 'TicketTaken', 'kiosk-1', 'kiosk-1:1',
    '{"ticket":"A001","item":"车船税申报"}',
    x'51b74f0f32a0cb63e52d143d2e0a9f567d17bd4ce3198712939c110b51cc82f6');
INSERT INTO events VALUES (3, 1732233724100, 'TicketTaken', 'kiosk-1', 'kiosk-1:2',
    '{"ticket":"A002","item":"发票领用"}',
    x'1a6beee508225011b58a1e221ca3efce815da575ef865ac7161d4b15f30ad58f');
INSERT INTO events VALUES (4, 1732233790250, 'TicketCalled', 'pad-3', 'pad-3:1',
    '{"ticket":"A001","window":"3"}',
    x'984755dda9ca95c2c8dfef99cac3af5bec34743724bb20054d6144ed7818d939');
INSERT INTO events VALUES (5, 1732233790250, 'ServiceStarted', 'pad-3', 'pad-3:1',
    '{"ticket":"A001","window":"3"}',
    x'4166e1a38553b699aee051d03bab314f35343f47900c2de9943c8b948e75f2a2');
INSERT INTO events VALUES (6, 1732234210900, 'ServiceFinished', 'pad-3', 'pad-3:2',
    '{"ticket":"A001","window":"3"}',
    x'fc7888cda7f38e2878b3b12fdb858ffb17e4c87dfb514b85d199c4cbef03d8ad');
CREATE TABLE commands (id INTEGER PRIMARY KEY, command_id TEXT NOT NULL UNIQUE, time_ms INTEGER NOT NULL, outcome BLOB NOT NULL);
INSERT INTO commands VALUES (1, 'hallctl:1', 1732233600500, x'7b226f6b223a747275657d');
INSERT INTO commands VALUES (2, 'kiosk-1:1', 1732233723000, x'7b226f6b223a747275657d');
INSERT INTO commands VALUES (3, 'kiosk-1:2', 1732233724100, x'7b226f6b223a747275657d');
INSERT INTO commands VALUES (7, 'pad-9:1', 1732233725000, x'7b2272656675736564223a226e6f626f64795f7761697473227d');
INSERT INTO commands VALUES (8, 'pad-3:1', 1732233790250, x'7b226f6b223a747275657d');
INSERT INTO commands VALUES (9, 'pad-3:2', 1732234210900, x'7b226f6b223a747275657d');
CREATE TABLE positions (consumer TEXT PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO positions VALUES ('broker', 4);
INSERT INTO positions VALUES ('printer', 6);
CREATE TABLE head (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    commit_no INTEGER NOT NULL,
    last_seq INTEGER NOT NULL,
    last_time_ms INTEGER NOT NULL,
    link BLOB NOT NULL
);
INSERT INTO head VALUES (1, 17, 6, 1732234210900, x'fc7888cda7f38e2878b3b12fdb858ffb17e4c87dfb514b85d199c4cbef03d8ad');
