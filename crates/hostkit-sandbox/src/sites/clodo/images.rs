//! Images from the world, and two presets that are always the same.

use clodo_proto::images::{ListImageDetails, ListImages, ListPresets};
use clodo_proto::types::{
    Image, ImageDetail, ImageId, ImageStatus, Preset, PresetField, PresetFieldKind, PresetId, ServerType,
};
use hostkit::Html;

use super::answer::{No, yes};
use super::visit::Visit;
use crate::site::Reply;

/// A preset: its number, the image that it is based on, its name, title and description.
const PRESETS: [(u64, u64, &str, &str, &str); 2] = [
    (62, 1, "bitrix", "Bitrix", "<p>«1С-Битрикс» &amp; <b>больше</b></p><ul><li>сайты</li></ul>"),
    (322, 2, "gitlabhq", "Gitlabhq", "gitlabhq"),
];

/// The image that a preset is based on.
pub(super) fn image_of(preset: PresetId) -> Option<u64> {
    PRESETS.iter().find(|known| known.0 == preset.get()).map(|known| known.1)
}

impl Visit<'_> {
    pub(super) fn list_images(&mut self) -> Result<Reply, No> {
        let images = self.world.images().iter().map(|found| {
            let mut image = Image::new(ImageId::new(found.number), found.title);
            image.server_type = Some(ServerType::Virtual);
            image.status = Some(ImageStatus::Active);
            image
        });
        yes::<ListImages>(self, &images.collect())
    }

    pub(super) fn list_image_details(&mut self) -> Result<Reply, No> {
        let images = self.world.images().iter().map(|found| {
            let mut image = ImageDetail::new(ImageId::new(found.number), found.title, found.family);
            image.server_type = Some(ServerType::Virtual);
            image.status = Some(ImageStatus::Active);
            image.os_bits = Some(found.bits);
            image
        });
        yes::<ListImageDetails>(self, &images.collect())
    }

    pub(super) fn list_presets(&mut self) -> Result<Reply, No> {
        let presets = PRESETS.iter().map(|(number, _, name, title, description)| {
            let mut preset = Preset::new(PresetId::new(*number), *name);
            preset.title = Some((*title).to_owned());
            preset.description = Some(Html::new(*description));
            let mut field = PresetField::new("login");
            field.title = Some("Логин администратора".to_owned());
            field.kind = Some(PresetFieldKind::Login);
            field.is_required = true;
            preset.parameters.push(field);
            preset
        });
        yes::<ListPresets>(self, &presets.collect())
    }
}
