//! Journeys through the real window: one file a journey, named after what a person does.

mod card;
mod dark;
mod duplicates;
mod first_day;
mod head_office;
mod hostile_strings;
mod import_from_a_file;
mod large_import;
mod lost_key;
mod main_job;
mod own_fields;
mod steps;
