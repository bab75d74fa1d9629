//! The device as firmware, the same files as the example: pages of flash, bytes on a line, a loop.

#[path = "../../examples/firmware/chip.rs"]
mod chip;
#[path = "../../examples/firmware/flash.rs"]
mod flash;
#[path = "../../examples/firmware/line.rs"]
mod line;
#[path = "../../examples/firmware/mailroom.rs"]
mod mailroom;

/// Sectors before the ring: personalisation and setup.
const BEFORE_THE_RING: usize = 6;

#[test]
fn on_a_chip_the_device_works_for_days_and_wears_its_ring_evenly() {
    let report = mailroom::work(5, 100).unwrap();
    assert_eq!(report.imprints, 5 * (90 + 10 * line::BATCH as u64));
    assert_eq!((report.registers.r8, report.registers.check()), (report.imprints, Ok(())));
    assert!(report.questions > 5, "asked at each start, and now and then after it: {}", report.questions);
    let (before, ring) = report.erasures.split_at(BEFORE_THE_RING);
    let (least, most) = (ring.iter().min().unwrap(), ring.iter().max().unwrap());
    assert!(most - least <= 1 && *least > 60, "{ring:?}");
    assert!(before.iter().all(|erasures| *erasures < 5), "{before:?}");
}

#[test]
fn nothing_on_the_chips_side_of_the_line_takes_memory_from_a_heap() {
    let chip = chip::Peripherals::new(700, 99);
    let mut pages = Box::new(line::Pages::new());
    let key = psd::MemoryKey::new([7; 32]);
    let identity = crate::meter::personalisation(crate::meter::profile("p1"));
    let mut sent = 0;
    let counted = allocation_counter::measure(|| {
        let mut unit = line::Unit::personalise(&mut pages, chip::Chip(&chip), &key, identity).unwrap();
        for _ in 0..50 {
            chip.pass_ms(1000);
            unit.round(&mut |_| sent += 1);
            // Hello, then a frame that is too long, then one that is none.
            for byte in [6, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 1, 0, 0, 0] {
                unit.receive(byte, &mut |_| sent += 1);
            }
        }
    });
    assert_eq!(counted.count_total, 0);
    assert!(sent > 100, "{sent}");
}
