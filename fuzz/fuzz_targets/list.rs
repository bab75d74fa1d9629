//! Link H: any bytes are no document; any signed body is no list and no batch, or one that is written again as the same.
#![no_main]

use ed25519_dalek::SigningKey;
use libfuzzer_sys::fuzz_target;
use link::h::{
    Batch, Case, ClicheEntry, Current, Elsewhere, Entry, Expected, Finding, Item, KeyEntry, MeterEntry, MvInterval,
    Name, Rate, Sighting, StatisticsEntry, SuspectEntry, Taken, ThresholdEntry, open, seal,
};
use terms::Date;

fuzz_target!(|bytes: &[u8]| {
    let key = SigningKey::from_bytes(&[7; 32]);
    list::<SuspectEntry>(bytes, &key);
    list::<MeterEntry>(bytes, &key);
    list::<KeyEntry>(bytes, &key);
    list::<MvInterval>(bytes, &key);
    list::<ClicheEntry>(bytes, &key);
    list::<ThresholdEntry>(bytes, &key);
    list::<StatisticsEntry>(bytes, &key);
    list::<Rate>(bytes, &key);
    batch::<Sighting>(bytes, &key);
    batch::<Finding>(bytes, &key);
    batch::<Case>(bytes, &key);
    batch::<Taken>(bytes, &key);
    batch::<Elsewhere>(bytes, &key);
});

fn list<T: Entry + Clone + PartialEq + std::fmt::Debug>(bytes: &[u8], key: &SigningKey) {
    let trusted = [key.verifying_key()];
    assert!(open(bytes, T::KIND, &trusted).is_err());
    let Ok(station) = Name::try_from("North".to_owned()) else { return };
    let expected = Expected { trusted: &trusted, today: Date::FIRST, station: &station, only: None, newest_known: 0 };
    let opened = Current::<T>::open(&seal(T::KIND, bytes, key), &expected);
    let Ok(list) = opened else { return };
    let again = list.list().clone().seal(key).expect("what was opened can be sealed");
    assert_eq!(Current::<T>::open(&again, &expected), Ok(list));
}

fn batch<T: Item + Clone + PartialEq + std::fmt::Debug>(bytes: &[u8], key: &SigningKey) {
    let trusted = [key.verifying_key()];
    let Ok(station) = Name::try_from("North".to_owned()) else { return };
    let opened = Batch::<T>::open(&seal(T::KIND, bytes, key), &station, &trusted);
    let Ok((batch, _)) = opened else { return };
    let again = batch.seal(key).expect("what was opened can be sealed");
    assert_eq!(Batch::<T>::open(&again, &station, &trusted).map(|opened| opened.0), Ok(batch));
}
