//! Devices that write apart become one book again, whatever happens on the way.

mod histories;
