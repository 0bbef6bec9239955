-- Where the bookings and other evidence of a charge are found, by what they are about. `stream` is
-- kind and id. The index is told again from the events.
SET LOCAL ROLE ledger_owner;

CREATE TABLE views.captured (
    clinic text COLLATE "C" NOT NULL,
    stream text COLLATE "C" NOT NULL,
    patient text COLLATE "C",
    subscription text COLLATE "C",
    visit text COLLATE "C",
    charge text COLLATE "C",
    dispute text COLLATE "C",
    PRIMARY KEY (clinic, stream)
);
CREATE INDEX captured_patient ON views.captured (clinic, patient);

SELECT ledger.separate_clinics('views.captured');

TRUNCATE views.attachment, views.dispute;
ALTER TABLE views.mark NO FORCE ROW LEVEL SECURITY;
UPDATE views.mark SET position = 0 WHERE projection = 'evidence';
ALTER TABLE views.mark FORCE ROW LEVEL SECURITY;
