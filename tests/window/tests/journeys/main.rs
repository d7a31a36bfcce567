//! Journeys through the real window: one file a journey, named after what a person does.

mod first_start;
