//! How generated implementations of [`Perform`](super::Perform) compare a read with the one before the call.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use rust_decimal::Decimal;

use super::Baseline;
use super::baseline::number;
use super::sighting::{Doubt, Evidence, Sighting};
use super::spelling::{below, same_text, shows};
use crate::codec::ToText;
use crate::value::{DateTime, Nullable, Secret, UnixTime};

/// The mark of a value that is one piece of text.
pub fn text(value: &impl ToText) -> String {
    value.to_text().into_owned()
}

/// The mark of any other value: a fingerprint, for this process alone.
pub fn fingerprint(value: &impl Debug) -> String {
    hash(format!("{value:?}").as_bytes())
}

/// The mark of a secret: a fingerprint, for this process alone.
pub fn mark_of_secret(value: &Secret) -> String {
    hash(value.expose().as_bytes())
}

/// FNV-1a of 64 bits: it tells two values apart, and says nothing else.
fn hash(bytes: &[u8]) -> String {
    let hash = bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
    format!("{hash:016x}")
}

/// Whether what the hoster shows is what the call said, in another form of the same: another spelling of a domain or
/// an address, escaped for HTML, in quotes.
pub fn same<T: ToText, O: ToText>(theirs: &T, ours: &O) -> bool {
    let (theirs, ours) = (theirs.to_text(), ours.to_text());
    theirs == ours || same_text(&theirs, &ours)
}

/// Whether what the hoster shows is this text and no other, as it is or escaped for HTML. Texts that are only the [`same`],
/// in another case, with other blanks, or as domains or addresses, may be two.
pub fn exactly<T: ToText, O: ToText>(theirs: &T, ours: &O) -> bool {
    let (theirs, ours) = (theirs.to_text(), ours.to_text());
    theirs == ours || shows(&theirs, &ours)
}

/// Whether something is what the call said. A closure may give a `bool`; or two, of which the second says whether its
/// texts are so [`exactly`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fit {
    /// It is not.
    No,
    /// Only if two texts are spellings of one: it shows neither that the call happened nor that it did not.
    Perhaps,
    /// It is.
    Yes,
}

impl Fit {
    fn may_be(&self) -> bool {
        *self != Self::No
    }
}

impl From<bool> for Fit {
    fn from(fits: bool) -> Self {
        if fits { Self::Yes } else { Self::No }
    }
}

impl From<(bool, bool)> for Fit {
    fn from((fits, is_exact): (bool, bool)) -> Self {
        match (fits, is_exact) {
            (false, _) => Self::No,
            (true, false) => Self::Perhaps,
            (true, true) => Self::Yes,
        }
    }
}

/// Whether a field is what an input says that may be null: null is a field that is absent or empty; an input that was not
/// given is any.
pub fn is_or_null<T: ToText, O>(
    theirs: Option<&T>,
    ours: Option<&Nullable<O>>,
    is_same: impl FnOnce(&T, &O) -> bool,
) -> bool {
    match ours {
        None => true,
        Some(Nullable::Null) => theirs.is_none_or(|theirs| theirs.to_text().is_empty()),
        Some(Nullable::Value(ours)) => theirs.is_some_and(|theirs| is_same(theirs, ours)),
    }
}

/// The mark of a field that is compared with an input that may be null: where it is null, an absent field is an empty one.
pub fn mark_or_null<T>(mark: Option<String>, ours: Option<&Nullable<T>>) -> Option<String> {
    mark.or_else(|| matches!(ours, Some(Nullable::Null)).then(String::new))
}

/// Whether a value is one of these texts; one with `*` at its end is each that begins so.
pub fn is_one_of(value: &(impl ToText + ?Sized), texts: &[&str]) -> bool {
    let text = value.to_text();
    texts.iter().any(|wanted| match wanted.strip_suffix('*') {
        Some(start) => text.starts_with(start),
        None => text == *wanted,
    })
}

/// Whether a value says something, and none of these texts, which are those of [`is_one_of`].
pub fn is_none_of(value: &(impl ToText + ?Sized), texts: &[&str]) -> bool {
    let text = value.to_text();
    !text.is_empty() && !is_one_of(&*text, texts)
}

/// Whether a DNS name is what the call said, in full or without the domain that it is below.
pub fn same_name(theirs: &impl ToText, ours: &impl ToText) -> bool {
    below(&theirs.to_text(), &ours.to_text())
}

/// Whether something new has what the call said, or neither says anything: what has more than was asked for may be
/// somebody else's.
///
/// ```
/// use hostkit_proto::evidence::{alike, same};
///
/// let (www, apex) = ("www".to_owned(), String::new());
/// assert!(alike(Some(&www), Some(&www), same) && alike(Some(&apex), None::<&String>, same));
/// assert!(!alike(Some(&www), None::<&String>, same));
/// ```
pub fn alike<T: ToText, O: ToText>(theirs: Option<&T>, ours: Option<&O>, same: impl Fn(&T, &O) -> bool) -> bool {
    let theirs = theirs.filter(|theirs| !theirs.to_text().is_empty());
    match (theirs, ours.filter(|ours| !ours.to_text().is_empty())) {
        (Some(theirs), Some(ours)) => same(theirs, ours),
        (None, None) => true,
        _ => false,
    }
}

/// Whether each field of an item is that of a row; an absent one equals nothing.
pub fn same_row(ours: &[Option<String>], theirs: &[Option<String>]) -> bool {
    are_rows(ours, theirs, same_text)
}

/// As [`same_row`], with each text [`exactly`] so.
pub fn exact_row(ours: &[Option<String>], theirs: &[Option<String>]) -> bool {
    are_rows(ours, theirs, shows)
}

fn are_rows(ours: &[Option<String>], theirs: &[Option<String>], same: fn(&str, &str) -> bool) -> bool {
    let is_same = |(ours, theirs): (&Option<String>, &Option<String>)| match (ours, theirs) {
        (Some(ours), Some(theirs)) => same(theirs, ours),
        (None, None) => true,
        _ => false,
    };
    ours.len() == theirs.len() && ours.iter().zip(theirs).all(is_same)
}

/// A new item with its key, and what was asked of it.
struct New<T, A> {
    key: String,
    asked: A,
    item: T,
}

/// Evidence of a call that makes an item: the keys before it, and what the new items say after it.
fn of_new<T: 'static, A: 'static, F>(
    now: impl IntoIterator<Item = T>,
    ask: impl Fn(&T) -> A,
    is_asked: impl Fn(&A) -> bool,
    key: impl Fn(&T) -> String,
    judge: impl FnOnce(Vec<New<T, A>>) -> Sighting<F> + 'static,
) -> Evidence<F> {
    let (all, items): (Vec<String>, Vec<_>) = now.into_iter().map(|item| (key(&item), (ask(&item), item))).unzip();
    let alike = all.iter().zip(&items).filter(|(_, (asked, _))| is_asked(asked)).map(|(key, _)| key.clone()).collect();
    Evidence::new(Baseline::new(all, alike), move |now, before, _| {
        let (keys, alike) = now.into_parts();
        let old = Old::of(before, &alike);
        match new_items(before, keys, items).map(judge) {
            Ok(Sighting::Seen(_) | Sighting::Part(..)) if old.may_have_moved => old.doubt(&alike),
            Ok(Sighting::Part(..)) | Err(None) if !old.became.is_empty() => old.doubt(&alike),
            Ok(sighting) => sighting,
            Err(doubt) => doubt.map_or(Sighting::Unseen, Sighting::Unclear),
        }
    })
}

/// The items under keys of before that are as the call was to make one. A key may be a place in a list, which another item
/// has after an insertion, or be given again.
struct Old {
    /// The keys of those that were not so before: what was made may have an old key.
    became: Vec<String>,
    /// Whether fewer are so than before: what has a new key may be one of these.
    may_have_moved: bool,
}

impl Old {
    /// By what was there before, and the keys of all items that are so now.
    fn of(before: &Baseline, alike: &[String]) -> Self {
        let (all, was): (BTreeSet<&str>, BTreeSet<&str>) =
            (before.all().collect(), before.own().iter().map(String::as_str).collect());
        let is: BTreeSet<&str> = alike.iter().map(String::as_str).filter(|key| all.contains(key)).collect();
        Self {
            became: is.difference(&was).map(|key| (*key).to_owned()).collect(),
            may_have_moved: is.len() < was.len(),
        }
    }

    /// What is as ordered need not be what was made.
    fn doubt<F>(self, alike: &[String]) -> Sighting<F> {
        let keys = if self.became.is_empty() { distinct(alike.to_vec()) } else { self.became };
        Sighting::Unclear(Doubt::OtherNew(keys))
    }
}

/// The new items, each once; `Err` if nothing is new, with a doubt if that is not certain.
fn new_items<T, A>(
    baseline: &Baseline,
    keys: Vec<String>,
    items: Vec<(A, T)>,
) -> Result<Vec<New<T, A>>, Option<Doubt>> {
    let (before, others): (BTreeSet<&str>, BTreeSet<&str>) =
        (baseline.all().collect(), baseline.others().iter().map(String::as_str).collect());
    let (mut seen, mut is_another_there) = (BTreeSet::new(), false);
    let is_new = |key| {
        let (is_another, was_there) = (others.contains(key), before.contains(key));
        is_another_there |= is_another && !was_there;
        // An item that is listed twice is one item.
        seen.insert(key) && !is_another && !was_there
    };
    let is_new: Vec<bool> = keys.iter().map(String::as_str).map(is_new).collect();
    let missing: Vec<String> = baseline.all().filter(|key| !seen.contains(key)).map(str::to_owned).collect();
    let alike = counted(baseline.all(), &keys, |before, now| now > before);
    let new = keys.into_iter().zip(items).zip(is_new).filter(|(_, is_new)| *is_new);
    let new: Vec<_> = new.map(|((key, (asked, item)), _)| New { key, asked, item }).collect();
    // Hosters number in turn: what has a lower number than something of before was made before it.
    let highest = baseline.all().filter_map(number).max();
    let is_older = |key: &&New<T, A>| number(&key.key).zip(highest).is_some_and(|(number, highest)| number < highest);
    let older: Vec<String> = new.iter().filter(is_older).map(|new| new.key.clone()).collect();
    match (missing.is_empty(), older.is_empty()) {
        (false, _) => Err(Some(Doubt::Missing(missing))),
        (true, false) => Err(Some(Doubt::NotShownBefore(older))),
        // A key may be given again, such as an address that was returned meanwhile.
        (true, true) if new.is_empty() && !alike.is_empty() => Err(Some(Doubt::Alike(alike))),
        (true, true) if new.is_empty() => Err(is_another_there.then_some(Doubt::OtherCall)),
        (true, true) => Ok(new),
    }
}

/// The keys of before whose items were counted before and now with this result: a key is no item's alone, or the list
/// shows an item twice. Items without a key cannot be followed.
fn counted<'k>(
    before: impl Iterator<Item = &'k str>,
    now: &[String],
    is_so: impl Fn(usize, usize) -> bool,
) -> Vec<String> {
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    before.filter(|key| !key.is_empty()).for_each(|key| counts.entry(key).or_default().0 += 1);
    for key in now {
        if let Some((_, now)) = counts.get_mut(key.as_str()) {
            *now += 1;
        }
    }
    counts.into_iter().filter(|(_, (before, now))| is_so(*before, *now)).map(|(key, _)| key.to_owned()).collect()
}

/// The keys of items that are new and not the call's.
fn other_new<T, A, F>(others: Vec<New<T, A>>) -> Sighting<F> {
    Sighting::Unclear(Doubt::OtherNew(others.into_iter().map(|new| new.key).collect()))
}

/// The new items that fit. Anything new that does not fit may be the call's all the same, with another name or plan than
/// was ordered, so without one that fits nothing is known.
pub fn appeared<T: 'static, R: Into<Fit>>(
    now: impl IntoIterator<Item = T>,
    fits: impl Fn(&T) -> R,
    key: impl Fn(&T) -> String,
) -> Evidence<T> {
    let fits = |item: &T| -> Fit { fits(item).into() };
    of_new(now, fits, Fit::may_be, key, |new| {
        let (found, others): (Vec<_>, Vec<_>) = new.into_iter().partition(|new| new.asked == Fit::Yes);
        match found.is_empty() {
            true => other_new(others),
            false => Sighting::Seen(found.into_iter().map(|new| new.item).collect()),
        }
    })
}

/// New items that fit each of `rows`, one set per time that the call was carried out.
pub fn appeared_each<T: 'static, R, B: Into<Fit>>(
    now: impl IntoIterator<Item = T>,
    rows: &[R],
    fits: impl Fn(&R, &T) -> B,
    key: impl Fn(&T) -> String,
) -> Evidence<Vec<T>> {
    let count = rows.len();
    let fits = |item: &T| rows.iter().map(|row| fits(row, item).into()).collect::<Vec<Fit>>();
    let is_asked = |fits: &Vec<Fit>| fits.iter().any(Fit::may_be);
    of_new(now, fits, is_asked, key, move |mut new| {
        let mut sets = Vec::new();
        let is_of = |new: &New<T, Vec<Fit>>, row: usize| new.asked.get(row) == Some(&Fit::Yes);
        // What few items fit is taken first: a row that leaves open what the hoster fills in takes what is left.
        let mut order: Vec<usize> = (0..count).collect();
        order.sort_by_key(|row| new.iter().filter(|new| is_of(new, *row)).count());
        loop {
            let (mut set, mut keys) = (Vec::new(), Vec::new());
            for row in &order {
                if let Some(index) = new.iter().position(|new| is_of(new, *row)) {
                    let new = new.swap_remove(index);
                    keys.push(new.key);
                    set.push((*row, new.item));
                }
            }
            set.sort_by_key(|(row, _)| *row);
            let set: Vec<T> = set.into_iter().map(|(_, item)| item).collect();
            match (set.len(), count.saturating_sub(set.len())) {
                (0, _) if sets.is_empty() => return other_new(new),
                (0, _) => return Sighting::Seen(sets),
                (_, 0) => sets.push(set),
                // What is missing may be among the new items, in another spelling; or somebody else made these.
                _ if !new.is_empty() || !sets.is_empty() => {
                    let keys = new.into_iter().map(|new| new.key).chain(keys).collect();
                    return Sighting::Unclear(Doubt::OtherNew(keys));
                }
                (_, missing) => {
                    sets.push(set);
                    return Sighting::Part(sets, missing);
                }
            }
        }
    })
}

/// As [`appeared_each`], for a call that makes `count` items alike.
pub fn appeared_count<T: 'static, R: Into<Fit>>(
    now: impl IntoIterator<Item = T>,
    count: u64,
    fits: impl Fn(&T) -> R,
    key: impl Fn(&T) -> String,
) -> Evidence<Vec<T>> {
    let fits = |item: &T| -> Fit { fits(item).into() };
    let count = usize::try_from(count.max(1)).unwrap_or(usize::MAX);
    of_new(now, fits, Fit::may_be, key, move |new| {
        let (found, others): (Vec<_>, Vec<_>) = new.into_iter().partition(|new| new.asked == Fit::Yes);
        let missing = count.saturating_sub(found.len());
        match (found.is_empty(), others.is_empty()) {
            (true, _) => return other_new(others),
            // What is missing may be among the other new items.
            (false, false) if missing > 0 => return other_new(others),
            (false, _) if missing == 0 && found.len() % count != 0 => return other_new(found),
            (false, _) => {}
        }
        let mut items = found.into_iter().map(|new| new.item).peekable();
        let mut sets: Vec<Vec<T>> = Vec::new();
        while items.peek().is_some() {
            sets.push(items.by_ref().take(count).collect());
        }
        if missing > 0 { Sighting::Part(sets, missing) } else { Sighting::Seen(sets) }
    })
}

/// The item that a call changes, with its mark before the call and now.
struct Change<T> {
    item: T,
    before: String,
    now: String,
    /// Whether the hoster may have changed it by itself: it said so before the call, or says so now.
    by_itself: bool,
}

/// The second mark of an item that the hoster may change by itself. A person may have stopped that since.
const BY_ITSELF: &str = "by itself";

/// What an item says that was not there before the call: nothing, unless the call makes it.
fn unsaid<T, F>(_: T) -> Sighting<F> {
    Sighting::Unclear(Doubt::NotSaid)
}

/// Evidence of a call that changes the item that fits: its mark before it, and after it. Where the call makes the item,
/// `made` judges one that was not there before.
fn of_change<T: 'static, F>(
    now: impl IntoIterator<Item = T>,
    fits: impl Fn(&T) -> bool,
    mark: impl Fn(&T) -> Option<String>,
    by_itself: impl Fn(&T) -> bool,
    made: impl FnOnce(T) -> Sighting<F> + 'static,
    judge: impl FnOnce(Change<T>, UnixTime) -> Sighting<F> + 'static,
) -> Evidence<F> {
    let found = now.into_iter().find(fits);
    let said = found.as_ref().and_then(mark);
    let is_by_itself = found.as_ref().is_some_and(by_itself);
    let own = said.clone().into_iter().flat_map(|mark| [Some(mark), is_by_itself.then(|| BY_ITSELF.to_owned())]);
    Evidence::new(Baseline::new(Vec::new(), own.flatten().collect()), move |_, before, at| {
        let Some(item) = found else { return Sighting::Unclear(Doubt::NotThere) };
        let by_itself = is_by_itself || before.own().iter().skip(1).any(|mark| mark == BY_ITSELF);
        match (before.own().first().cloned(), said) {
            (Some(before), Some(now)) => judge(Change { item, before, now, by_itself }, at),
            (None, _) if before.is_lacking() => made(item),
            // It may have been there with a value that the hoster did not say.
            _ => Sighting::Unclear(Doubt::NotSaid),
        }
    })
}

/// Whether a mark may be the other one in another spelling: each of its fields in small or large letters, or with other
/// zeros.
fn is_respelled(before: &str, now: &str) -> bool {
    let is_same = |before: &str, now: &str| {
        let numbers = || before.parse::<Decimal>().ok().zip(now.parse::<Decimal>().ok());
        same_text(before, now)
            || before.to_lowercase() == now.to_lowercase()
            || numbers().is_some_and(|(before, now)| before == now)
    };
    let (before, now): (Vec<&str>, Vec<&str>) = (before.split('\n').collect(), now.split('\n').collect());
    before.len() == now.len() && before.iter().zip(&now).all(|(before, now)| is_same(before, now))
}

/// The item, if its mark changed to what the call was to make of it, or if it is so and was not there before. If it changed
/// to anything else, somebody else did that, before the call or after it.
pub fn became<T: 'static, R: Into<Fit>>(
    now: impl IntoIterator<Item = T>,
    fits: impl Fn(&T) -> bool,
    mark: impl Fn(&T) -> Option<String>,
    is_so: impl Fn(&T) -> R,
) -> Evidence<T> {
    let now = now.into_iter().map(|item| (is_so(&item).into(), item));
    let judge = |Change { item: (is_so, item), before, now, .. }: Change<(Fit, T)>, _| match (before == now, is_so) {
        (true, Fit::Yes | Fit::Perhaps) => Sighting::Unclear(Doubt::WasSo),
        // The hoster spells it otherwise now.
        (false, Fit::Yes) if is_respelled(&before, &now) => Sighting::Unclear(Doubt::WasSo),
        (true, Fit::No) => Sighting::Unseen,
        (false, Fit::Yes) => Sighting::Seen(vec![item]),
        (false, Fit::No | Fit::Perhaps) => Sighting::Unclear(Doubt::Changed),
    };
    let made = |(is_so, item)| match is_so {
        Fit::Yes => Sighting::Seen(vec![item]),
        _ => Sighting::Unclear(Doubt::Changed),
    };
    of_change(now, |(_, item)| fits(item), |(_, item)| mark(item), |_| false, made, judge)
}

/// The item, if its mark changed at all: for values that the hoster makes up, such as a new key. `by_itself` says
/// whether the hoster may have changed it without a call.
pub fn changed<T: 'static>(
    now: impl IntoIterator<Item = T>,
    fits: impl Fn(&T) -> bool,
    mark: impl Fn(&T) -> Option<String>,
    by_itself: impl Fn(&T) -> bool,
) -> Evidence<T> {
    of_change(now, fits, mark, by_itself, unsaid, |change, _| match change {
        Change { before, now, .. } if before == now => Sighting::Unseen,
        // A value that ended is no new one.
        Change { now, .. } if now.is_empty() => Sighting::Unclear(Doubt::Changed),
        // It may be the same in another spelling, or by a clock of another zone.
        Change { before, now, .. } if is_respelled(&before, &now) || is_shifted(&before, &now) => {
            Sighting::Unclear(Doubt::Changed)
        }
        // The list is older than the one before the call.
        Change { before, now, .. } if is_earlier(&before, &now) => Sighting::Unclear(Doubt::Changed),
        Change { by_itself: true, .. } => Sighting::Unclear(Doubt::ByItself),
        Change { item, .. } => Sighting::Seen(vec![item]),
    })
}

/// The item, if its number grew by as much as the call ordered.
pub fn grew<T: 'static>(
    now: impl IntoIterator<Item = T>,
    fits: impl Fn(&T) -> bool,
    number: impl Fn(&T) -> Option<String>,
    by: u64,
) -> Evidence<T> {
    of_change(
        now,
        fits,
        number,
        |_| false,
        unsaid,
        move |change, _| match (amount(&change.before), amount(&change.now)) {
            (Ok(before), Ok(now)) if before == now => Sighting::Unseen,
            (Ok(before), Ok(now)) if before.checked_add(by.into()) == Some(now) => Sighting::Seen(vec![change.item]),
            _ => Sighting::Unclear(Doubt::Changed),
        },
    )
}

/// The number of a mark; an absent one, where that means something, is none.
fn amount(mark: &str) -> Result<Decimal, rust_decimal::Error> {
    if mark.is_empty() { Ok(Decimal::ZERO) } else { mark.parse() }
}

/// The item, if its date moved on by as many months as the call ordered, or at all where `months` is `None`.
///
/// The hoster's own renewal moves it, too: where there may be one (`by_itself`), a date that was near tells nothing. Nor
/// does a move by hours: the hoster's clock may have been set to summer or to winter time, or be that of another zone.
pub fn paid<T: 'static>(
    now: impl IntoIterator<Item = T>,
    fits: impl Fn(&T) -> bool,
    date: impl Fn(&T) -> Option<String>,
    months: Option<u64>,
    by_itself: impl Fn(&T) -> bool,
) -> Evidence<T> {
    of_change(now, fits, date, by_itself, unsaid, move |Change { item, before, now, by_itself }, at| {
        if before == now {
            return Sighting::Unseen;
        }
        let Some((before, after)) = date_of(&before).zip(date_of(&now)) else {
            return Sighting::Unclear(Doubt::Changed);
        };
        let days = after.day - before.day;
        let is_shifted = moves_by_hours(&before, &after);
        let may_renew = by_itself && before.day <= at.0.div_euclid(DAY) + NEAR;
        let is_paid = match months.map(|months| i64::try_from(months).unwrap_or(i64::MAX / 31)) {
            None => days > 0,
            // A month is one of the calendar, or 30 days.
            Some(months) => (28 * months..=31 * months).contains(&days),
        };
        match (days == 0, is_paid, may_renew) {
            _ if is_shifted => Sighting::Unclear(Doubt::Changed),
            (true, ..) => Sighting::Unseen,
            (false, true, false) => Sighting::Seen(vec![item]),
            (false, true, true) => Sighting::Unclear(Doubt::ByItself),
            (false, false, _) => Sighting::Unclear(Doubt::Changed),
        }
    })
}

const DAY: i64 = 86_400;

/// The days before the end in which a hoster may renew by itself.
const NEAR: i64 = 7;

/// The minutes of a day on which the clock is set forward.
const A_DAY_OF_CHANGE: i64 = 23 * 60;

/// A date, with its time if that is said.
struct Date {
    /// Counted from 1970.
    day: i64,
    minute: Option<i64>,
    second: Option<i64>,
}

/// Whether one date may be the other by another clock. One without its time may have any of its day, unless it is the same
/// day.
fn moves_by_hours(before: &Date, after: &Date) -> bool {
    let days = after.day - before.day;
    if days == 0 && before.minute.zip(after.minute).is_none() {
        return false;
    }
    let range = |date: &Date| date.minute.map_or((0, DAY / 60 - 1), |minute| (minute, minute));
    let ((earliest, latest), (from, to)) = (range(before), range(after));
    let (least, most) = (days * DAY / 60 + from - latest, days * DAY / 60 + to - earliest);
    (least, most) != (0, 0) && least < A_DAY_OF_CHANGE && most > -A_DAY_OF_CHANGE
}

/// Whether two dates differ by whole half hours alone, and by less than a day and an hour.
fn is_shifted(before: &str, now: &str) -> bool {
    let Some((before, after)) = date_of(before).zip(date_of(now)) else { return false };
    let Some((first, second)) = before.minute.zip(after.minute) else { return false };
    let minutes = (after.day - before.day) * DAY / 60 + second - first;
    before.second == after.second && minutes % 30 == 0 && minutes.abs() <= 25 * 60
}

/// Whether a date went back.
fn is_earlier(before: &str, now: &str) -> bool {
    let Some((before, after)) = date_of(before).zip(date_of(now)) else { return false };
    let time = |date: &Date| (date.day, date.minute, date.second.unwrap_or(0));
    time(&after) < time(&before)
}

/// The date of a text: `2026-11-29…` or `29.11.2026…`, with or without a time behind it.
fn date_of(text: &str) -> Option<Date> {
    let mut parts = text.trim().split(|letter: char| !letter.is_ascii_digit());
    let [first, month, last] = [parts.next()?, parts.next()?, parts.next()?];
    let (year, day) = if first.len() == 4 { (first, last) } else { (last, first) };
    let is_dotted = text.trim().get(first.len()..).is_some_and(|rest| rest.starts_with('.'));
    if year.len() != 4 || (first.len() != 4 && !is_dotted) {
        return None;
    }
    let day = DateTime::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?, 0, 0, 0)?.days();
    let [hour, minute, second] =
        [parts.next(), parts.next(), parts.next()].map(|part| part?.parse::<u16>().ok().map(i64::from));
    Some(Date { day, minute: hour.zip(minute).map(|(hour, minute)| 60 * hour + minute), second })
}

/// Whether all that the call was to remove is gone, while everything else is still there. An item with an empty key
/// cannot be followed: one more of them may be what was to go, and shows its name no longer.
pub fn gone<T>(
    now: impl IntoIterator<Item = T>,
    fits: impl Fn(&T) -> bool,
    key: impl Fn(&T) -> String,
) -> Evidence<()> {
    let (mut all, mut own) = (Vec::new(), Vec::new());
    for item in now {
        let key = key(&item);
        if fits(&item) { own.push(key) } else { all.push(key) }
    }
    Evidence::new(Baseline::new(all, own), |now, before, _| {
        if before.own().is_empty() {
            return Sighting::Unclear(Doubt::NotThere);
        }
        let (all, own) = now.into_parts();
        // Where several share what they are found by, one of them may be gone.
        let own_before = before.own().iter().map(String::as_str);
        let fewer = counted(own_before, &own, |before, now| 0 < now && now < before);
        if !fewer.is_empty() {
            return Sighting::Unclear(Doubt::Alike(fewer));
        }
        let (own, own_before) = (distinct(own), distinct(before.own().to_vec()));
        let seen: BTreeSet<&str> = all.iter().chain(&own).map(String::as_str).collect();
        let is_missing = |key: &&str| !key.is_empty() && !seen.contains(key);
        let missing: Vec<String> = before.all().filter(is_missing).map(str::to_owned).collect();
        let nameless_before = before.all().filter(|key| key.is_empty()).count();
        let nameless = all.iter().filter(|key| key.is_empty()).count();
        // What fits and was not there before is none of what was to go.
        let known: BTreeSet<&String> = before.own().iter().collect();
        let (left, new): (Vec<_>, Vec<_>) = own.into_iter().partition(|key| key.is_empty() || known.contains(key));
        match left.len() {
            _ if !missing.is_empty() => Sighting::Unclear(Doubt::Missing(missing)),
            left if left >= own_before.len() => Sighting::Unseen,
            _ if nameless > nameless_before => Sighting::Unclear(Doubt::NotSaid),
            _ if !new.is_empty() => Sighting::Unclear(Doubt::OtherNew(new)),
            0 => Sighting::Seen(vec![()]),
            left => Sighting::Part(vec![()], left),
        }
    })
}

/// Each key once; of those that are empty, each is another item's.
fn distinct(keys: Vec<String>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    keys.into_iter().filter(|key| key.is_empty() || seen.insert(key.clone())).collect()
}

/// Whether the object is in its final state.
pub fn ended<T>(now: &T, is_so: impl Fn(&T) -> bool) -> Evidence<()> {
    let is_so = is_so(now);
    let baseline = if is_so { Baseline::of("ended") } else { Baseline::default() };
    Evidence::new(baseline, move |_, before, _| match (before.own().is_empty(), is_so) {
        (false, _) => Sighting::Unclear(Doubt::WasSo),
        (true, true) => Sighting::Seen(vec![()]),
        (true, false) => Sighting::Unseen,
    })
}

/// The mark of a state: its fields, each of which the hoster has to say.
pub fn state(fields: impl IntoIterator<Item = Option<String>>) -> Option<String> {
    let fields: Option<Vec<String>> = fields.into_iter().collect();
    fields.map(|fields| fields.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(number: &u64) -> String {
        text(number)
    }

    /// What an answer says that is compared with this baseline.
    fn says<T>(before: &Baseline, now: Evidence<T>) -> Sighting<T> {
        now.sighting(before, UnixTime(0))
    }

    /// The baseline of a call that makes an item, where all that was there is as it is to make one.
    fn before_new(before: &[u64]) -> Baseline {
        appeared(before.to_vec(), |_| true, number).baseline().clone()
    }

    /// The same where nothing is so.
    fn before_others(before: &[u64]) -> Baseline {
        appeared(before.to_vec(), |_| false, number).baseline().clone()
    }

    fn found<T>(sighting: Sighting<T>) -> Option<Vec<T>> {
        match sighting {
            Sighting::Seen(found) => Some(found),
            Sighting::Unseen => Some(Vec::new()),
            Sighting::Part(..) | Sighting::Unclear(_) => None,
        }
    }

    fn doubt<T: Debug>(sighting: Sighting<T>) -> Doubt {
        match sighting {
            Sighting::Unclear(doubt) => doubt,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_is_new() {
        let before = before_new(&[1, 2]);
        let look = |now: &[u64]| says(&before, appeared(now.to_vec(), |id| *id < 50, number));
        assert_eq!(look(&[1, 2]), Sighting::Unseen);
        assert_eq!(look(&[1, 2, 7]), Sighting::Seen(vec![7]));
        assert_eq!(look(&[7, 1, 2, 7]), Sighting::Seen(vec![7]), "listed twice");
        assert_eq!(look(&[1, 2, 7, 8]), Sighting::Seen(vec![7, 8]));
        assert_eq!(doubt(look(&[1, 2, 99])), Doubt::OtherNew(vec!["99".to_owned()]));
        assert_eq!(look(&[1, 2, 99, 7]), Sighting::Seen(vec![7]));
        // A key that several items have tells nothing of what is new, unless it was so before.
        assert_eq!(doubt(look(&[1, 2, 2])), Doubt::Alike(vec!["2".to_owned()]));
        assert_eq!(look(&[1, 2, 2, 7]), Sighting::Seen(vec![7]));
        assert_eq!(says(&before_new(&[1, 2, 2]), appeared([2, 1, 2], |_| true, number)), Sighting::Unseen);
        assert_eq!(doubt(look(&[2, 7])), Doubt::Missing(vec!["1".to_owned()]));
        assert_eq!(doubt(look(&[])), Doubt::Missing(vec!["1".to_owned(), "2".to_owned()]));
        // What another call made is none of this one's, but a key may be given again.
        let before = before_new(&[1]).with_others(vec!["7".to_owned()]);
        assert_eq!(says(&before, appeared([1, 7, 8], |_| true, number)), Sighting::Seen(vec![8]));
        assert_eq!(doubt(says(&before, appeared([1, 7], |_| true, number))), Doubt::OtherCall);
    }

    #[test]
    fn a_new_item_with_a_lower_number_was_there_before() {
        let before = before_new(&[3, 5]);
        let look = |now: &[u64]| says(&before, appeared(now.to_vec(), |_| true, number));
        assert_eq!(look(&[3, 5, 6]), Sighting::Seen(vec![6]));
        for now in [&[3, 4, 5][..], &[3, 4, 5, 6]] {
            assert_eq!(doubt(look(now)), Doubt::NotShownBefore(vec!["4".to_owned()]), "{now:?}");
        }
        // What has no number tells nothing of its age.
        let before = Baseline::new(vec!["b".to_owned()], Vec::new());
        let named = appeared(["a", "b"], |_| true, |name| (*name).to_owned());
        assert_eq!(says(&before, named), Sighting::Seen(vec!["a"]));
    }

    /// A key that is a place in a list is another item's after an insertion, and one that is a number may be given again.
    #[test]
    fn what_is_so_under_an_old_key_may_be_new() {
        let rules = |now: &[(u64, char)]| appeared(now.to_vec(), |rule| rule.1 == 'R', |rule| text(&rule.0));
        let look = |before: &[(u64, char)], now: &[(u64, char)]| says(rules(before).baseline(), rules(now));
        let other = |keys: &[&str]| Doubt::OtherNew(keys.iter().map(|key| (*key).to_owned()).collect());
        let before = [(0, 'A'), (1, 'C')];
        assert_eq!(look(&before, &before), Sighting::Unseen);
        assert_eq!(look(&before, &[(0, 'A'), (1, 'X')]), Sighting::Unseen);
        assert_eq!(doubt(look(&before, &[(0, 'R'), (1, 'A')])), other(&["0"]));
        assert_eq!(doubt(look(&before, &[(0, 'R'), (1, 'A'), (2, 'C')])), other(&["2"]));
        // Somebody inserted another one before the one that was there.
        assert_eq!(doubt(look(&[(0, 'R')], &[(0, 'X'), (1, 'R')])), other(&["1"]));
        // There is one more than before.
        let more = look(&[(0, 'R')], &[(0, 'X'), (1, 'R'), (2, 'R')]);
        assert!(matches!(more, Sighting::Unclear(_)), "which of the two is not known: {more:?}");
        assert_eq!(look(&[(0, 'R')], &[(0, 'R'), (1, 'R')]), Sighting::Seen(vec![(1, 'R')]));
        let rows = |now: &[(u64, char)]| {
            appeared_each(now.to_vec(), &['R', 'S'], |row, rule| *row == rule.1, |rule| text(&rule.0))
        };
        let look = |before: &[(u64, char)], now: &[(u64, char)]| says(rows(before).baseline(), rows(now));
        assert_eq!(doubt(look(&[(0, 'R')], &[(0, 'X'), (1, 'R'), (2, 'S')])), other(&["1", "2"]));
        assert_eq!(doubt(look(&[(0, 'A')], &[(0, 'R'), (1, 'S')])), other(&["0"]), "the part that is missing");
        assert_eq!(look(&[(0, 'A')], &[(0, 'A'), (1, 'S')]), Sighting::Part(vec![vec![(1, 'S')]], 1));
    }

    /// Somebody else's text that is alike in small letters, or without escapes, is not the call's.
    #[test]
    fn what_is_alike_in_another_spelling_is_a_doubt() {
        let fits = |theirs: &str, ours: &str| {
            let (theirs, ours) = (theirs.to_owned(), ours.to_owned());
            Fit::from((same(&theirs, &ours), exactly(&theirs, &ours)))
        };
        for (ours, theirs, is_found) in [
            ("eyJa.Bc", "eyja.bC", false),
            ("a&amp;b", "a&b", false),
            ("a&b", "a&amp;b", true),
            ("eyJa.Bc", "eyJa.Bc", true),
            ("пример.рф", "xn--e1afmkfd.xn--p1ai", false),
            ("ab", "ab ", false),
            ("ab", " ab", false),
            ("ab ", "ab", false),
            ("a.b", "a.b.", false),
            ("ab", "\"ab\"", false),
            ("::1", "0:0:0:0:0:0:0:1", false),
        ] {
            let new =
                |items: Vec<(u64, &'static str)>| appeared(items, |item| fits(item.1, ours), |item| text(&item.0));
            let said = says(new(vec![(1, "x")]).baseline(), new(vec![(1, "x"), (2, theirs)]));
            let set = |now: &'static str| {
                let mark = |now: &&str| Some((*now).to_owned());
                became([now], |_| true, mark, |now| fits(now, ours))
            };
            let changed = says(set("x").baseline(), set(theirs));
            match is_found {
                true => assert!(matches!((said, changed), (Sighting::Seen(_), Sighting::Seen(_))), "{ours} {theirs}"),
                false => {
                    assert_eq!(doubt(said), Doubt::OtherNew(vec!["2".to_owned()]), "{ours} {theirs}");
                    assert_eq!(doubt(changed), Doubt::Changed, "{ours} {theirs}");
                }
            }
            assert_eq!(doubt(says(set(theirs).baseline(), set(theirs))), Doubt::WasSo, "{ours} {theirs}");
        }
        let row = |text: &str| [Some(text.to_owned())];
        assert!(exact_row(&row("R&D"), &row("R&amp;D")) && !exact_row(&row("R&amp;D"), &row("R&D")));
    }

    /// An API may answer with what it has, and make nothing.
    #[test]
    fn what_was_as_ordered_before_is_a_doubt_where_nothing_is_added() {
        let ordered = |now: &[u64]| appeared(now.to_vec(), |id| *id % 10 == 7, number).once();
        let look = |before: &[u64], now: &[u64]| says(ordered(before).baseline(), ordered(now));
        assert_eq!(doubt(look(&[1, 7], &[1, 7])), Doubt::WasSo);
        assert_eq!(look(&[1, 2], &[1, 2]), Sighting::Unseen);
        assert_eq!(look(&[1, 7], &[1, 7, 17]), Sighting::Seen(vec![17]));
        assert_eq!(doubt(look(&[1, 7], &[1, 7, 18])), Doubt::OtherNew(vec!["18".to_owned()]));
        let rows = |now: &[u64]| appeared_each(now.to_vec(), &[7, 8], |row, id| id % 10 == *row, number).once();
        let look = |before: &[u64], now: &[u64]| says(rows(before).baseline(), rows(now));
        assert_eq!(doubt(look(&[7], &[7, 18])), Doubt::WasSo, "the other one may be that of before");
        assert_eq!(look(&[1], &[1, 18]), Sighting::Part(vec![vec![18]], 1));
        let counted = |now: &[u64]| appeared_count(now.to_vec(), 2, |id| *id % 10 == 7, number).once();
        assert_eq!(doubt(says(counted(&[7]).baseline(), counted(&[7]))), Doubt::WasSo);
    }

    #[test]
    fn what_another_call_made_before_is_no_doubt() {
        let before = before_new(&[1, 7]).with_others(vec!["7".to_owned()]);
        assert_eq!(says(&before, appeared([1, 7], |_| true, number)), Sighting::Unseen);
    }

    #[test]
    fn values_and_rows_are_the_same_in_any_spelling() {
        let text = |text: &str| text.to_owned();
        assert!(same(&text("R&amp;D"), &text("R&D")) && same(&text("a"), &text("a")) && !same(&text("a"), &text("b")));
        let row = |fields: &[Option<&str>]| fields.iter().map(|field| field.map(str::to_owned)).collect::<Vec<_>>();
        let ours = row(&[Some("R&D"), None]);
        assert!(same_row(&ours, &row(&[Some("R&amp;D"), None])));
        for theirs in [
            &[Some("R&D"), Some("x")][..],
            &[None, None],
            &[Some("x"), None],
            &[Some("R&D")],
            &[Some("R&D"), None, None],
        ] {
            assert!(!same_row(&ours, &row(theirs)), "{theirs:?}");
        }
        let state = |fields: &[Option<&str>]| state(row(fields));
        assert_eq!(state(&[Some("on"), Some("7")]).as_deref(), Some("on\n7"));
        assert_eq!(state(&[Some("on"), None]), None);
        let mark = |secret: &str| mark_of_secret(&Secret::new(secret));
        assert!(mark("one") == mark("one") && mark("one") != mark("two") && !mark("one").contains("one"));
        assert_eq!(hash(b"a"), "af63dc4c8601ec8c", "FNV-1a");
    }

    #[test]
    fn a_term_grows_by_the_months_that_were_paid() {
        let term = |day: &str| [Some(day.to_owned())];
        let paid = |now: &str| {
            let paid = |day: &str| paid(term(day), |_| true, Clone::clone, Some(3), |_| false);
            says(&paid("2026-01-15").baseline().clone(), paid(now))
        };
        assert_eq!(paid("2026-01-15"), Sighting::Unseen);
        assert!(matches!(paid("2026-04-15"), Sighting::Seen(_)));
        for other in ["2026-03-15", "2026-05-15", "15/04/2026", "2026"] {
            assert_eq!(doubt(paid(other)), Doubt::Changed, "{other}");
        }
    }

    #[test]
    fn what_is_new_by_rows_or_by_count() {
        let before = before_new(&[1]);
        let each = |now: Vec<(u64, char)>| {
            says(&before, appeared_each(now, &['a', 'b'], |row, item| item.1 == *row, |item| text(&item.0)))
        };
        assert_eq!(each(vec![(1, 'a')]), Sighting::Unseen);
        assert_eq!(found(each(vec![(1, 'a'), (2, 'b'), (3, 'a')])), Some(vec![vec![(3, 'a'), (2, 'b')]]));
        let twice = each(vec![(1, 'a'), (2, 'b'), (3, 'a'), (4, 'a'), (5, 'b')]);
        assert_eq!(found(twice).unwrap().len(), 2, "it was carried out twice");
        assert_eq!(each(vec![(1, 'a'), (2, 'b')]), Sighting::Part(vec![vec![(2, 'b')]], 1));
        assert!(matches!(doubt(each(vec![(1, 'a'), (2, 'b'), (3, 'c')])), Doubt::OtherNew(_)), "perhaps (3, 'a')");
        assert!(matches!(doubt(each(vec![(1, 'a'), (3, 'c')])), Doubt::OtherNew(_)));

        let count = |count, now: &[u64]| says(&before, appeared_count(now.to_vec(), count, |id| *id < 50, number));
        assert_eq!(count(2, &[1]), Sighting::Unseen);
        assert_eq!(count(2, &[1, 7, 8]), Sighting::Seen(vec![vec![7, 8]]));
        assert_eq!(count(2, &[1, 7]), Sighting::Part(vec![vec![7]], 1));
        assert_eq!(count(2, &[1, 7, 8, 9, 10]), Sighting::Seen(vec![vec![7, 8], vec![9, 10]]));
        assert!(matches!(doubt(count(2, &[1, 7, 8, 9])), Doubt::OtherNew(_)));
        assert!(matches!(doubt(count(2, &[1, 7, 99])), Doubt::OtherNew(_)));
        assert_eq!(count(u64::MAX, &[1, 7]), Sighting::Part(vec![vec![7]], usize::MAX - 1));
    }

    #[test]
    fn what_changed() {
        type Item = (u64, Option<u64>);
        let (first, second) = (|item: &Item| item.0 == 1, |item: &Item| item.1.as_ref().map(text));
        let before = changed([(1, Some(5)), (2, Some(7))], first, second, |_| false).baseline().clone();
        let look = |now: Item| says(&before, changed([now, (2, Some(6))], first, second, |_| false));
        let scheduled = |now: Item| says(&before, changed([now], first, second, |_| true));
        assert_eq!(scheduled((1, Some(5))), Sighting::Unseen);
        assert_eq!(doubt(scheduled((1, Some(6)))), Doubt::ByItself);
        assert_eq!(look((1, Some(5))), Sighting::Unseen);
        assert_eq!(look((1, Some(6))), Sighting::Seen(vec![(1, Some(6))]));
        assert_eq!(doubt(look((1, None))), Doubt::NotSaid);
        assert_eq!(doubt(look((3, Some(6)))), Doubt::NotThere);
        let six = |now: Item| became([now], first, second, |item| item.1 == Some(6));
        let to_six = |now: Item| says(&before, six(now));
        assert_eq!(to_six((1, Some(5))), Sighting::Unseen);
        assert_eq!(to_six((1, Some(6))), Sighting::Seen(vec![(1, Some(6))]));
        assert_eq!(doubt(to_six((1, Some(7)))), Doubt::Changed);
        assert_eq!(doubt(says(six((1, Some(6))).baseline(), six((1, Some(6))))), Doubt::WasSo);
        let grown = |now: Item| says(&before, grew([now], first, second, 3));
        assert_eq!(grown((1, Some(5))), Sighting::Unseen);
        assert_eq!(found(grown((1, Some(8)))), Some(vec![(1, Some(8))]));
        let package = |before: &str, now: &'static str| {
            says(&Baseline::of(before), grew([now], |_| true, |now| Some((*now).to_owned()), 10))
        };
        assert_eq!(found(package("", "10")), Some(vec!["10"]), "none was there before");
        assert_eq!(package("", ""), Sighting::Unseen);
        for other in [4, 6, 11] {
            assert_eq!(doubt(grown((1, Some(other)))), Doubt::Changed, "{other}");
        }
        let without = |now: Item| doubt(says(&Baseline::default(), changed([now], first, second, |_| false)));
        assert_eq!((without((1, Some(6))), without((3, Some(6)))), (Doubt::NotSaid, Doubt::NotThere));
        let text = |now: &&str| Some((*now).to_owned());
        let passing = |now| says(&Baseline::of("rebooting"), changed([now], |_| true, text, |_| false));
        assert_eq!(doubt(passing("")), Doubt::Changed, "a state of before that ended");
        assert_ne!(fingerprint(&[1, 2]), fingerprint(&[2, 1]));
    }

    /// Another spelling or another zone of the hoster's clock is no change.
    #[test]
    fn what_is_shown_otherwise_did_not_change() {
        let mark = |now: &&'static str| Some((*now).to_owned());
        let changed = |before: &str, now| says(&Baseline::of(before), changed([now], |_| true, mark, |_| false));
        for (before, now) in [
            ("R&D", "R&amp;D"),
            ("xn--e1afmkfd.xn--p1ai", "пример.рф"),
            ("2026-03-29 01:30:00", "2026-03-29 02:30:00"),
            ("29.03.2026 23:30", "30.03.2026 02:00"),
            ("2026-03-29 03:30", "2026-03-29 00:30"),
        ] {
            assert_eq!(doubt(changed(before, now)), Doubt::Changed, "{before} and {now}");
        }
        for (before, now) in [
            ("R&D", "R&E"),
            ("2026-03-29 01:30:00", "2026-03-29 02:30:01"),
            ("2026-03-29 01:30", "2026-03-29 02:31"),
            ("2026-03-29 01:30", "2026-03-31 01:30"),
            ("2026-03-29", "2026-03-30"),
        ] {
            assert_eq!(changed(before, now), Sighting::Seen(vec![now]), "{before} and {now}");
        }
        // What was so before another change shows in an old list.
        for (before, now) in [
            ("2026-03-29 02:30:01", "2026-03-29 01:30:00"),
            ("2026-03-31 01:30", "2026-03-29 01:30"),
            ("30.03.2026", "29.03.2026"),
        ] {
            assert_eq!(doubt(changed(before, now)), Doubt::Changed, "{before} and {now}");
        }
        let is_d = |now: &&'static str| ["R&D", "R&amp;D"].contains(now);
        let became = |before: &str, now| says(&Baseline::of(before), became([now], |_| true, mark, is_d));
        assert_eq!(doubt(became("R&D", "R&amp;D")), Doubt::WasSo);
        assert_eq!(became("R", "R&amp;D"), Sighting::Seen(vec!["R&amp;D"]));
    }

    /// An object that the call makes under a name of the caller's was not there; what only changes one never begins so.
    #[test]
    fn what_was_not_there_is_made_as_it_was_said() {
        let mark = |now: &&'static str| Some((*now).to_owned());
        let made = |before: Baseline, now| says(&before, became([now], |_| true, mark, |now| *now == "a"));
        assert_eq!(made(Baseline::default().lacking(), "a"), Sighting::Seen(vec!["a"]));
        assert_eq!(doubt(made(Baseline::default().lacking(), "b")), Doubt::Changed, "somebody else's");
        assert_eq!(doubt(made(Baseline::of("a"), "a")), Doubt::WasSo);
        assert_eq!(doubt(made(Baseline::default(), "a")), Doubt::NotSaid, "it was there, and did not say what it is");
        let changed = changed(["a"], |_| true, mark, |_| false);
        assert_eq!(doubt(says(&Baseline::default().lacking(), changed)), Doubt::NotSaid);
    }

    /// A number with other zeros, a key in other letters, and these among the fields of a state, say the same.
    #[test]
    fn what_is_spelled_otherwise_did_not_change() {
        let mark = |now: &&'static str| Some((*now).to_owned());
        for (before, now) in [("10.00", "10"), ("5", "5.0"), ("AA:BB", "aa:bb"), ("a\nR&D\n1.50", "a\nR&amp;D\n1.5")] {
            let changed = changed([now], |_| true, mark, |_| false);
            assert_eq!(doubt(says(&Baseline::of(before), changed)), Doubt::Changed, "{before} and {now}");
            let became = became([now], |_| true, mark, |_| true);
            assert_eq!(doubt(says(&Baseline::of(before), became)), Doubt::WasSo, "{before} and {now}");
        }
        for (before, now) in [("10.00", "10.01"), ("a\n1", "a\n2"), ("a\n1", "a"), ("1\n", "\n1")] {
            let changed = changed([now], |_| true, mark, |_| false);
            assert_eq!(says(&Baseline::of(before), changed), Sighting::Seen(vec![now]), "{before:?} and {now:?}");
        }
    }

    /// Where all that was ordered is there, one more of it is somebody else's, or a repeat: nothing is short.
    #[test]
    fn more_than_was_ordered_is_not_a_part_of_it() {
        let rows = |now: Vec<(u64, char)>| {
            let key = |item: &(u64, char)| text(&item.0);
            says(&before_others(&[1]), appeared_each(now, &['a', 'b'], |row, item| *row == item.1, key))
        };
        let ordered = vec![(1, 'x'), (2, 'a'), (3, 'b')];
        assert_eq!(rows(ordered.clone()), Sighting::Seen(vec![vec![(2, 'a'), (3, 'b')]]));
        for more in [(4, 'a'), (4, 'b')] {
            let now = [ordered.clone(), vec![more]].concat();
            assert!(matches!(doubt(rows(now)), Doubt::OtherNew(keys) if keys.len() == 1), "{more:?}");
        }
    }

    /// A date without its time may be that of another zone, of the day before or after.
    #[test]
    fn a_date_that_lost_its_time_is_not_paid() {
        let look = |before: &str, now: &'static str| {
            let date = |text: &&'static str| Some((*text).to_owned());
            says(&Baseline::of(before), paid([now], |_| true, date, None, |_| false))
        };
        for (before, now) in [
            ("2027-05-01 23:30", "2027-05-02"),
            ("2027-05-01", "2027-05-02 01:30"),
            ("2027-05-01", "02.05.2027"),
            ("2027-05-02", "2027-05-01 23:00"),
        ] {
            assert_eq!(doubt(look(before, now)), Doubt::Changed, "{before} and {now}");
        }
        // The last one is no time of a day.
        for (before, now) in [
            ("2027-05-01 23:30", "2027-05-01"),
            ("2027-05-01", "2027-05-01 10:00"),
            ("2027-05-01", "2027-05-01 9223372036854775807:00"),
        ] {
            assert_eq!(look(before, now), Sighting::Unseen, "{before} and {now}");
        }
        for (before, now) in [("2027-05-01", "2027-05-03"), ("2027-05-01 00:00", "2027-05-02")] {
            assert_eq!(look(before, now), Sighting::Seen(vec![now]), "{before} and {now}");
        }
    }

    #[test]
    fn a_value_among_texts() {
        let text = |text: &str| text.to_owned();
        assert!(is_one_of(&text("a"), &["a", "b"]) && !is_one_of(&text("c"), &["a", "b"]) && is_one_of(&7_u64, &["7"]));
        assert!(is_none_of(&text("c"), &["a", "b"]) && !is_none_of(&text("a"), &["a", "b"]));
        assert!(!is_none_of(&text(""), &["a"]), "what is empty says nothing");
        let wanted = ["OK", "WARNINGS: *"];
        for (value, is_wanted) in [
            ("OK", true),
            ("WARNINGS: 7", true),
            ("WARNINGS: ", true),
            ("WARNINGS", false),
            ("OK, but", false),
            ("WARNINGS:*", false),
        ] {
            assert_eq!(is_one_of(value, &wanted), is_wanted, "{value}");
            assert_eq!(is_none_of(value, &wanted), !is_wanted, "{value}");
        }
        assert!(is_one_of("a*b", &["a*b"]) && !is_one_of("axb", &["a*b"]), "it stands for something at the end alone");
    }

    /// An order for the apex of a domain is not the one that somebody else made for `www`.
    #[test]
    fn what_was_not_asked_for_is_not_found() {
        let host = |item: &(u64, Option<&str>)| item.1.map(str::to_owned);
        let look = |asked: Option<&str>, now: Option<&'static str>| {
            let asked = asked.map(str::to_owned);
            let fits = |item: &(u64, Option<&'static str>)| alike(host(item).as_ref(), asked.as_ref(), same);
            let key = |item: &(u64, Option<&'static str>)| item.0.to_string();
            says(&before_others(&[1]), appeared([(1, None), (2, now)], fits, key))
        };
        for (asked, now) in [(None, None), (None, Some("")), (Some("www"), Some("www")), (Some(""), None)] {
            assert_eq!(look(asked, now), Sighting::Seen(vec![(2, now)]), "{asked:?} {now:?}");
        }
        for (asked, now) in [(None, Some("www")), (Some("www"), None), (Some("www"), Some("ftp"))] {
            assert_eq!(look(asked, now), Sighting::Unclear(Doubt::OtherNew(vec!["2".to_owned()])), "{asked:?} {now:?}");
        }
    }

    #[test]
    fn names_in_full_or_without_their_domain() {
        let is = |theirs: &str, ours: &str| same_name(&theirs.to_owned(), &ours.to_owned());
        assert!(is("www.example.org", "www") && is("www", "www.example.org.") && is("WWW.Example.org", "www"));
        assert!(is("*.example.org", "*") && is("@", "@"));
        assert!(is("почта.пример.рф", "xn--80a1acny") && is("xn--80a1acny.xn--e1afmkfd.xn--p1ai", "почта"));
        for (theirs, ours) in [
            ("www2.example.org", "www"),
            ("example.org", "www.example.org"),
            ("example.org", "@"),
            ("mail", "mail.sub"),
            ("mail.sub", "mail"),
        ] {
            assert!(!is(theirs, ours), "{theirs} {ours}");
        }
    }

    #[test]
    fn what_is_gone() {
        let from_two = |now: &[u64]| gone(now.to_vec(), |id| *id >= 2, number);
        let look = |now: &[u64]| says(from_two(&[1, 2, 3]).baseline(), from_two(now));
        assert_eq!(look(&[1, 2, 3]), Sighting::Unseen);
        assert_eq!(look(&[1]), Sighting::Seen(vec![()]));
        assert_eq!(look(&[1, 3]), Sighting::Part(vec![()], 1));
        assert_eq!(look(&[1, 3, 3]), Sighting::Part(vec![()], 1), "listed twice");
        let twice = |now: &[u64]| says(from_two(&[1, 2, 2]).baseline(), from_two(now));
        assert_eq!(doubt(twice(&[1, 2])), Doubt::Alike(vec!["2".to_owned()]), "two of one name, or one listed twice");
        assert_eq!((twice(&[1, 2, 2]), twice(&[1])), (Sighting::Unseen, Sighting::Seen(vec![()])));
        assert_eq!(doubt(look(&[])), Doubt::Missing(vec!["1".to_owned()]), "an empty list shows nothing");
        assert_eq!(doubt(says(from_two(&[1]).baseline(), from_two(&[1]))), Doubt::NotThere);
        // Another one that fits was made since.
        assert_eq!(doubt(look(&[1, 4])), Doubt::OtherNew(vec!["4".to_owned()]));
        assert_eq!(doubt(look(&[1, 3, 4])), Doubt::OtherNew(vec!["4".to_owned()]));
        assert_eq!(look(&[1, 2, 3, 4]), Sighting::Unseen);
        // One that was not there before may have gone, or not.
        let of_four = |now: &[u64]| from_two(now).of_all(now.contains(&4));
        let before = of_four(&[1, 2, 3]).baseline().clone();
        let look = |now: &[u64]| says(&before, of_four(now));
        assert_eq!(look(&[1, 2, 3]), Sighting::Unseen);
        assert_eq!((doubt(look(&[1])), doubt(look(&[1, 3]))), (Doubt::NotThere, Doubt::NotThere));
        let all = of_four(&[1, 2, 4]);
        assert_eq!(says(&all.baseline().clone(), of_four(&[1])), Sighting::Seen(vec![()]));
        assert_eq!(doubt(says(of_four(&[1]).baseline(), of_four(&[1]))), Doubt::NotThere);
        let named = |now: &[&'static str]| gone(now.to_vec(), |name| *name == "a", |name| (*name).to_owned());
        let look = |now: &[&'static str]| says(named(&["a", "b", ""]).baseline(), named(now));
        assert_eq!(look(&["b", ""]), Sighting::Seen(vec![()]));
        assert_eq!(look(&["a", "b", "", ""]), Sighting::Unseen);
        assert_eq!(look(&["b"]), Sighting::Seen(vec![()]));
        assert_eq!(doubt(look(&["b", "", ""])), Doubt::NotSaid, "it may be there without its name");
        let is_x = |state: char| ended(&state, |state| *state == 'x');
        let ended_now = |before, now| says(is_x(before).baseline(), is_x(now));
        assert_eq!(ended_now('a', 'x'), Sighting::Seen(vec![()]));
        assert_eq!(ended_now('a', 'b'), Sighting::Unseen);
        assert_eq!(doubt(ended_now('x', 'x')), Doubt::WasSo);
    }

    /// What is quadratic takes minutes; what is linear is done at once, however busy the machine is.
    #[test]
    fn a_long_list_is_compared_in_linear_time() {
        let (count, start) = (300_000, std::time::Instant::now());
        let before = before_new(&(0..count).collect::<Vec<_>>());
        assert_eq!(says(&before, appeared(0..=count, |_| true, number)), Sighting::Seen(vec![count]));
        let time = start.elapsed();
        assert!(time < std::time::Duration::from_secs(20), "{time:?}");
    }

    /// R5: a date moves by what was ordered, by the hoster's own renewal, or only in its form.
    #[test]
    fn what_is_paid() {
        let now = UnixTime(1_795_910_400); // 2026-11-29
        let look = |before: &str, after: &'static str, months, renews: bool| {
            let date = |text: &&'static str| Some((*text).to_owned());
            paid([after], |_| true, date, months, |_| renews).sighting(&Baseline::of(before), now)
        };
        let (far, moved) = ("2027-05-01 10:00:00", "2027-06-01 10:00:00");
        assert_eq!(look(far, far, Some(1), true), Sighting::Unseen);
        assert_eq!(look(far, "01.05.2027 10:00", Some(1), true), Sighting::Unseen, "another form");
        assert_eq!(found(look(far, moved, Some(1), true)), Some(vec![moved]));
        assert_eq!(found(look(far, moved, None, true)), Some(vec![moved]));
        assert_eq!(found(look("31.01.2027", "28.02.2027", Some(1), true)), Some(vec!["28.02.2027"]));
        for other in ["2027-05-02", "2027-08-01", "2027-04-01", "0000-00-00 00:00:00", "-0001-11-30", "1 May", ""] {
            assert_eq!(doubt(look(far, other, Some(1), true)), Doubt::Changed, "{other:?}");
        }
        // A clock that was set to summer time, or shows another zone, moves the date by hours.
        for (before, after) in [(far, "2027-05-01 11:00:00"), ("2027-05-01 23:30", "2027-05-02 00:30:00"), (moved, far)]
        {
            assert_ne!(found(look(before, after, None, false)), Some(vec![after]), "{after}");
            assert_eq!(doubt(look(before, after, None, false)), Doubt::Changed, "{after}");
        }
        assert_eq!(
            found(look(far, "2027-05-02 09:00", None, false)),
            Some(vec!["2027-05-02 09:00"]),
            "a day of 23 hours"
        );
        let near = "2026-12-01 00:00:00";
        assert_eq!(doubt(look(near, "2027-01-01", Some(1), true)), Doubt::ByItself);
        assert_eq!(doubt(look(near, "2026-12-02", None, true)), Doubt::ByItself);
        assert_eq!(found(look(near, "2026-12-02", None, false)), Some(vec!["2026-12-02"]));
        assert_eq!(found(look(near, "2027-01-01", Some(1), false)), Some(vec!["2027-01-01"]));
    }

    /// A person stops the hoster's own renewal once it has happened.
    #[test]
    fn what_the_hoster_did_by_itself_stays_its_own() {
        let now = UnixTime(1_795_910_400); // 2026-11-29
        let paid = |until: &'static str, renews| {
            paid([(until, renews)], |_| true, |(until, _)| Some((*until).to_owned()), Some(1), |(_, renews)| *renews)
        };
        let changed =
            |day: u64, daily| changed([(day, daily)], |_| true, |(day, _)| Some(text(day)), |(_, daily)| *daily);
        for (before, now_too, is_told) in [(true, false, false), (false, true, false), (false, false, true)] {
            let before_it = paid("2026-12-01", before).baseline().clone();
            let said = paid("2027-01-01", now_too).sighting(&before_it, now);
            assert_eq!(found(said).is_some(), is_told, "{before}, {now_too}");
            let said = changed(2, now_too).sighting(changed(1, before).baseline(), now);
            assert_eq!(found(said).is_some(), is_told, "{before}, {now_too}");
        }
    }

    #[test]
    fn all_that_was_ordered_is_seen_beside_other_news() {
        let counted = |now: Vec<u64>| appeared_count(now, 2, |id: &u64| *id < 50, number);
        let before = counted(vec![1]).baseline().clone();
        assert_eq!(says(&before, counted(vec![1, 2, 3, 60])), Sighting::Seen(vec![vec![2, 3]]));
        assert!(matches!(says(&before, counted(vec![1, 2, 60])), Sighting::Unclear(Doubt::OtherNew(_))));
    }

    #[test]
    fn no_number_of_months_is_taken_for_another() {
        let paid = |date: &str, months| paid([date.to_owned()], |_| true, |date| Some(date.clone()), months, |_| false);
        let before = paid("2026-01-01", None).baseline().clone();
        assert!(matches!(says(&before, paid("2026-08-01", Some(7))), Sighting::Seen(_)));
        for months in [u64::MAX, 8] {
            assert_eq!(says(&before, paid("2026-08-01", Some(months))), Sighting::Unclear(Doubt::Changed), "{months}");
        }
    }
}
