//! Command `tidy`: repository rules that no compiler checks, each a function from files to findings.

mod cycles;
mod dependencies;
mod extensions;
mod files;
mod links;
mod switched_off;
mod switches;
mod texts;
mod trees;

use std::path::Path;

use cargo_hostkit::Layout;

use crate::manifest::members;
use crate::workspace::{apis, read, root};
use crate::{foreign, promises};
pub(crate) use files::{files, paths};

/// Checks all rules; with `write`, first rewrites the list of indirect dependencies and shrinks that of module cycles.
pub(crate) fn run(write: bool) -> Result<(), String> {
    if write {
        dependencies::write()?;
        cycles::write(&files()?, &members()?)?;
    }
    let files = files()?;
    let members = members()?;
    let mut findings = Vec::new();
    findings.extend(texts::machine(&files));
    findings.extend(texts::unfinished(&files));
    findings.extend(texts::module_docs(&files));
    findings.extend(texts::not_safe(&files, &members));
    findings.extend(texts::hosters(&files, &names()?));
    findings.extend(texts::minimum_rust(&files, &members));
    findings.extend(switched_off::check(&files, &members));
    findings.extend(extensions::check(&files));
    findings.extend(links::check(&files));
    findings.extend(cycles::check(&files, &members)?);
    findings.extend(dependencies::check(&members)?);
    findings.extend(switches::check(&files)?);
    findings.extend(foreign::check()?);
    findings.extend(promises::check_page()?);
    findings.extend(promises::check_defects());
    findings.extend(trees::check()?);
    if findings.is_empty() {
        println!("tidy: {} files", files.len());
        return Ok(());
    }
    Err(format!("{}\ntidy: {} findings", findings.join("\n"), findings.len()))
}

/// Names of hosters: the spec folders, and the domains of their hosts.
fn names() -> Result<Vec<String>, String> {
    let mut names = Vec::new();
    for Layout { api, specs, .. } in apis()? {
        let service = read(&Path::new(&root()).join(specs).join(&api).join("service.toml"))?;
        names.extend(service.lines().filter_map(domain));
        names.push(api);
    }
    names.sort();
    names.dedup();
    Ok(names)
}

/// The second-level domain of a host, unless it is reserved for examples.
fn domain(line: &str) -> Option<String> {
    let url = line.trim().strip_prefix("url = \"")?;
    let host = url.trim_start_matches("https://").split(['/', '"', ':']).next()?;
    let mut labels = host.rsplit('.');
    let (top, name) = (labels.next()?, labels.next()?);
    let is_reserved = name == "example" || matches!(top, "example" | "invalid" | "localhost" | "test");
    (!is_reserved).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{dependencies, domain, files::files, members, texts};

    #[test]
    fn a_reserved_domain_is_no_hoster() {
        let found = |url: &str| domain(&format!("url = \"https://{url}\" }},"));
        assert_eq!(found("api.acme.ru/v1").as_deref(), Some("acme"));
        for url in ["master.example.com", "api.example.net:2304/x", "panel.acme.test", "localhost"] {
            assert_eq!(found(url), None, "{url}");
        }
    }

    #[test]
    fn p31_no_unsafe_code_and_no_unlisted_dependency() {
        let (files, members) = (files().expect("files"), members().expect("members"));
        let mut findings = texts::not_safe(&files, &members);
        findings.extend(dependencies::check(&members).expect("a page and a lock"));
        let (rust, packages) = (files.iter().filter(|file| file.is_rust()).count(), members.len());
        println!(
            "P31: {rust} cases, files and {packages} members looked at for unsafe code, and Cargo.lock for what is not \
             listed; {} findings",
            findings.len()
        );
        assert!(findings.is_empty(), "{}", findings.join("\n"));
        assert!(rust > 100 && packages > 10, "{rust} files of {packages} members");
    }
}
