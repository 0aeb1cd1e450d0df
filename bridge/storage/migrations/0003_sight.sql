-- So far nothing could be hidden: everything counts from its beginning. Exposing and sharing anew set it.
UPDATE entities SET since_seq = 0;
