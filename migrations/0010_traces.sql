-- The place in a trace of whoever queued a job, as a W3C traceparent; NULL where nobody traces.
ALTER TABLE jobs ADD COLUMN trace TEXT;
