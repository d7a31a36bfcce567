-- Whose the change was that waits to be written once more: a branch's, or, where null, the company's. Without it a client
-- of one branch, rescued by a device of head office, would become the whole company's.
alter table displaced add column scope blob;
