-- For whom something that appeared is, of those who want its topic: everyone, who practises, who did
-- and no longer does, or who never did.
ALTER TABLE announcements ADD COLUMN audience TEXT NOT NULL DEFAULT 'everyone';
