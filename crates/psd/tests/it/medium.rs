//! A medium that keeps what is live and what is durable apart, and can be cut at any write and any sync.

use psd::{Memory, MemoryError, SECTOR_BYTES, Sector};
use std::cell::RefCell;
use std::rc::Rc;

/// Handles to one medium share it: it outlives the device that wrote to it.
#[derive(Clone)]
pub struct Medium(Rc<RefCell<Content>>);

struct Content {
    live: Vec<Sector>,
    durable: Vec<Sector>,
    /// Sectors written since the last sync, each once, with what the last write put there.
    pending: Vec<(usize, Sector)>,
    operations: usize,
    cut_at: usize,
}

impl Medium {
    pub fn blank(sectors: usize) -> Medium {
        Medium::holding(vec![[0; SECTOR_BYTES]; sectors])
    }

    pub fn holding(image: Vec<Sector>) -> Medium {
        let content = Content {
            live: image.clone(),
            durable: image,
            pending: Vec::new(),
            operations: 0,
            cut_at: usize::MAX,
        };
        Medium(Rc::new(RefCell::new(content)))
    }

    /// From the operation after `count` further ones on, nothing works.
    pub fn cut_after(&self, count: usize) {
        let mut content = self.0.borrow_mut();
        content.cut_at = content.operations + count;
    }

    /// How many writes and syncs there have been.
    pub fn operations(&self) -> usize {
        self.0.borrow().operations
    }

    /// What the machine would read if it kept its power.
    pub fn live(&self) -> Vec<Sector> {
        self.0.borrow().live.clone()
    }

    /// What is sure to survive.
    pub fn durable(&self) -> Vec<Sector> {
        self.0.borrow().durable.clone()
    }

    /// The power fails: what was not synced is gone.
    pub fn lose_power(&self) {
        let mut content = self.0.borrow_mut();
        content.live = content.durable.clone();
        content.pending.clear();
    }

    /// Changes what is durable and live behind the device's back.
    pub fn tamper(&self, sector: usize, change: impl Fn(&mut Sector)) {
        let content = &mut *self.0.borrow_mut();
        change(&mut content.live[sector]);
        change(&mut content.durable[sector]);
    }

    /// Every image the medium may hold after losing power now: each sector that was not synced is new or as it was,
    /// in any combination, and one of them may be torn, from either side, at every `stride`th byte that makes a
    /// difference.
    pub fn each_crash_image(&self, stride: usize, mut check: impl FnMut(Vec<Sector>)) {
        let content = self.0.borrow();
        let pending: Vec<_> =
            content.pending.iter().filter(|(at, new)| content.durable[*at] != *new).copied().collect();
        for subset in 0..1_usize << pending.len() {
            let mut image = content.durable.clone();
            for (place, (at, new)) in pending.iter().enumerate() {
                if subset >> place & 1 == 1 {
                    image[*at] = *new;
                }
            }
            check(image.clone());
            for (place, (at, new)) in pending.iter().enumerate() {
                if subset >> place & 1 == 1 {
                    continue;
                }
                each_tear(&content.durable[*at], new, stride, |torn| {
                    let mut image = image.clone();
                    image[*at] = torn;
                    check(image);
                });
            }
        }
    }
}

/// The torn sector, the new part in front and the new part behind.
fn each_tear(old: &Sector, new: &Sector, stride: usize, mut check: impl FnMut(Sector)) {
    for (front, back) in [(new, old), (old, new)] {
        let mut torn = *back;
        let mut tears = 0;
        for byte in 0..SECTOR_BYTES {
            if torn[byte] == front[byte] {
                continue;
            }
            torn[byte] = front[byte];
            tears += 1;
            if tears % stride == 0 && torn != *front {
                check(torn);
            }
        }
    }
}

impl Content {
    fn operate(&mut self) -> Result<(), MemoryError> {
        if self.operations >= self.cut_at {
            return Err(MemoryError);
        }
        self.operations += 1;
        Ok(())
    }
}

impl Memory for Medium {
    fn sectors(&self) -> usize {
        self.0.borrow().live.len()
    }

    fn read(&mut self, sector: usize, into: &mut Sector) -> Result<(), MemoryError> {
        *into = *self.0.borrow().live.get(sector).ok_or(MemoryError)?;
        Ok(())
    }

    fn write(&mut self, sector: usize, sectors: &[Sector]) -> Result<(), MemoryError> {
        let content = &mut *self.0.borrow_mut();
        let cut = content.operate();
        // What a write that was cut off had begun may be on the medium: it counts as pending.
        for (at, new) in (sector..).zip(sectors) {
            content.pending.retain(|(pending, _)| *pending != at);
            content.pending.push((at, *new));
            if cut.is_ok() {
                content.live[at] = *new;
            }
        }
        cut
    }

    fn sync(&mut self) -> Result<(), MemoryError> {
        let content = &mut *self.0.borrow_mut();
        content.operate()?;
        for (at, new) in content.pending.drain(..) {
            content.durable[at] = new;
        }
        Ok(())
    }
}
