-- What devices that announce themselves tell besides: colours, what tells one press from the same one said again, and
-- the last word of each availability topic (both as JSON lists of texts).
ALTER TABLE entity_states ADD COLUMN color TEXT;
ALTER TABLE entity_states ADD COLUMN color_temp INTEGER;
ALTER TABLE entity_states ADD COLUMN stamps TEXT NOT NULL DEFAULT '[]';
ALTER TABLE entity_states ADD COLUMN parts TEXT NOT NULL DEFAULT '[]';

-- What time does: a state that ends by itself, and whether its beginning was heard; when a state that expires was told
-- last, and which it was before it expired; when a button that is held said so last; when a gateway came online last.
ALTER TABLE entity_states ADD COLUMN fading_since_ms INTEGER;
ALTER TABLE entity_states ADD COLUMN fading_heard INTEGER;
ALTER TABLE entity_states ADD COLUMN heard_ms INTEGER;
ALTER TABLE entity_states ADD COLUMN lost TEXT;
ALTER TABLE entity_states ADD COLUMN held_ms INTEGER;
ALTER TABLE entity_states ADD COLUMN online_ms INTEGER;

-- What devices said of themselves, by convention, by what is read together, and by a key of the convention's own.
CREATE TABLE descriptions (
    source TEXT NOT NULL,
    family TEXT NOT NULL,
    part TEXT NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (source, family, part)
) WITHOUT ROWID;
