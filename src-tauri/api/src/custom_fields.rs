//! Commands about the owner's own fields.

use clientele_core::Result;
use clientele_core::custom_fields::{self, CustomField};
use clientele_core::workspace::Written;
use clientele_model::RowId;

use crate::app::Api;
use crate::host::Host;
use crate::types::*;

pub(crate) fn list<H: Host>(api: &Api<H>, _: Nothing) -> Result<Vec<CustomField>> {
    api.book()?.read(custom_fields::list)
}

pub(crate) fn counted<H: Host>(api: &Api<H>, _: Nothing) -> Result<Vec<CustomField>> {
    // Many are counted in a large book: others read meanwhile.
    api.book()?.read_apart(custom_fields::counted)
}

pub(crate) fn save<H: Host>(api: &Api<H>, ask: CustomFieldSave) -> Result<Written<RowId>> {
    custom_fields::save(&*api.book()?, api.by(), ask.id, ask.before, ask.after)
}

pub(crate) fn remove<H: Host>(api: &Api<H>, ask: CustomFieldRef) -> Result<Written<()>> {
    custom_fields::remove(&*api.book()?, api.by(), ask.id)
}

pub(crate) fn order<H: Host>(api: &Api<H>, ask: CustomFieldRefs) -> Result<Written<()>> {
    custom_fields::order(&*api.book()?, api.by(), &ask.ids)
}
