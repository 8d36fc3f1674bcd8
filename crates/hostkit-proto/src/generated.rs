//! Which generated code this version of the crate fits.

/// The number of the surface that generated code uses: it grows with every change that code generated before does not
/// survive.
pub const FORMAT: u32 = 1;

/// Compiles only in code that was generated for this version of the crate.
///
/// The generator writes it into the root of what it generates, with its own version.
///
/// ```
/// hostkit_proto::generated_by!(1, "0.1.0");
/// ```
///
/// ```compile_fail
/// hostkit_proto::generated_by!(0, "0.0.1");
/// ```
#[macro_export]
macro_rules! generated_by {
    (1, $version:literal) => {};
    ($format:literal, $version:literal) => {
        ::core::compile_error!(::core::concat!(
            "cargo-hostkit ",
            $version,
            " generated this code in format ",
            $format,
            ", and this hostkit-proto takes format 1: use the same version of both, and generate the code again"
        ));
    };
}
