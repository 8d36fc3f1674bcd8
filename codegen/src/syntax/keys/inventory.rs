//! The keys of `inventory.toml`: what the hoster's document holds.

use super::{COUNT, FROM_ZERO, Key, Shape, key, must};

const INVENTORY_ENDPOINT: &[Key] = &[
    must("id", FROM_ZERO, "The number in the fact sheet."),
    must("name", Shape::Text, "The call as the document writes it."),
    key("line", COUNT, "The line of the document."),
];

const INVENTORY_BLOCK: &[Key] = &[
    must("line", COUNT, "The first line of the block."),
    must("sha256", Shape::Text, "Of the bytes between the fences."),
    must("kind", Shape::Word(&["request", "answer", "fault", "part"]), "What the block shows."),
    key("endpoint", FROM_ZERO, "The number of the endpoint."),
    key("note", Shape::Text, "Why a part is no example."),
];

const INVENTORY_ID: &[Key] = &[must("id", Shape::Text, "The id in the fact sheet.")];

pub(crate) const INVENTORY: &[Key] = &[
    key("endpoint", Shape::Tables(INVENTORY_ENDPOINT), "Every documented endpoint."),
    key("block", Shape::Tables(INVENTORY_BLOCK), "Every example block."),
    key("inconsistency", Shape::Tables(INVENTORY_ID), "Every inconsistency of the fact sheet."),
];
