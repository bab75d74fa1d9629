//! Refunds of spoiled imprints: claims that come in, papers that come in, lines that are refused, and what becomes of
//! imprints that were claimed and seen in the mail.
//!
//! What always holds: a key that a row is decrypted with is used here and goes nowhere; what was seen in the mail is put
//! to its meter once, wherever the centre ended in between.

use super::{Office, OfficeFault};
use crate::account::NotPossible;
use crate::audit::Event;
use crate::books::page::shortened;
use crate::books::{
    Books, BooksFault, Counted, Folder, NewClaim, Page, Paid, Receipt, Row, SeenLine, TakenClaim,
};
use crate::decisions::{Cause, Reaction, ReactionKind};
use crate::dossier::Turn;
use crate::keys::{KeyFault, KeyName};
use crate::post::day_of;
use crate::refunds::{Examined, Refusal, Terms, examine};
use imprint::numbers::Cipher;
use link::refund::{ClaimError, RefundClaim};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// How many seen lines are read at once.
const BATCH: u32 = 200;
/// What comparing papers closes.
const COMPARISONS: &[&str] = &["compare_papers"];

impl Office {
    /// Takes a claim in: examines each line, and keeps all of them. The same claim again is the one that is there.
    pub async fn take_claim(
        &self,
        claim: &RefundClaim,
        by: &str,
        now_ms: i64,
    ) -> Result<TakenClaim, OfficeFault> {
        let folder = self.books.folder(claim.serial()).await?;
        let written = claim.write().map_err(|error: ClaimError| OfficeFault::Request(error.to_string()))?;
        let lines = self.examined(claim, &folder, now_ms).await?;
        let claim = NewClaim::new(claim.serial(), &folder.customer, Sha256::digest(written).into(), lines);
        Ok(self.books.take_claim(&claim, by, now_ms).await?)
    }

    async fn examined(
        &self,
        claim: &RefundClaim,
        folder: &Folder,
        now_ms: i64,
    ) -> Result<Vec<Examined>, OfficeFault> {
        let terms = Terms {
            serial: claim.serial(),
            today: day_of(now_ms),
            days_back: self.settings.now(now_ms).await?.operations.refund_days,
            days_ahead: folder.passport.days_ahead,
        };
        let ciphers = self.ciphers(folder).await?;
        let verdict = |spoiled: &link::refund::Spoiled| {
            let profile = folder.passport.profiles.iter().find(|profile| profile.epoch == spoiled.epoch);
            let (profile, cipher) = profile.zip(ciphers.get(&spoiled.epoch)).ok_or(Refusal::NoSuchEpoch)?;
            examine(spoiled, profile, cipher, &terms)
        };
        let lines = claim.imprints().iter();
        Ok(lines.map(|spoiled| Examined { spoiled: spoiled.clone(), verdict: verdict(spoiled) }).collect())
    }

    /// The ciphers of a meter's epochs.
    async fn ciphers(&self, folder: &Folder) -> Result<BTreeMap<u16, Cipher>, OfficeFault> {
        let mut ciphers = BTreeMap::new();
        for profile in &folder.passport.profiles {
            let name = KeyName::Imprint(folder.serial(), profile.epoch, profile.key_slot);
            let wrapped = self.keys.find(name).await?.ok_or_else(|| KeyFault::Unknown(name.to_string()))?;
            let key = self.keys.unwrap(name, &wrapped).await?;
            ciphers.insert(profile.epoch, Cipher::new(profile.cipher, &key));
        }
        Ok(ciphers)
    }

    /// The papers of a claim came in as this consignment and were cancelled: pays its open lines as far as the meter has
    /// reported them. Asked again, it pays what was reported since.
    pub async fn receive_claim(
        &self,
        claim: u64,
        consignment: &str,
        counted: Option<Counted>,
        by: &str,
        now_ms: i64,
    ) -> Result<Paid, OfficeFault> {
        let share = self.settings.now(now_ms).await?.operations.refund_share;
        let receipt = Receipt { consignment: consignment.to_owned(), counted, share };
        Ok(self.books.receive_claim(claim, &receipt, by, now_ms).await?)
    }

    /// Refuses an open line of a claim.
    pub async fn refuse_claim_line(
        &self,
        claim: u64,
        line: u64,
        reason: &str,
        by: &str,
        now_ms: i64,
    ) -> Result<(), OfficeFault> {
        Ok(self.books.refuse_claim_line(claim, line, reason, by, now_ms).await?)
    }

    /// Puts every claimed imprint that was seen in the mail to its meter, for a person to compare the papers. Says how
    /// many. One that fails keeps no other from its meter; the first fault is the answer.
    pub async fn tell_of_seen_refunds(&self, now_ms: i64) -> Result<u64, OfficeFault> {
        let (mut told, mut after, mut first) = (0, (0, 0), None);
        loop {
            let lines = self.books.seen_lines(after, BATCH).await?;
            for line in &lines {
                after = (line.claim, line.line);
                match self.tell_of_seen_refund(line, now_ms).await {
                    Ok(()) => told += 1,
                    // Another instance was first.
                    Err(OfficeFault::Books(BooksFault::ToldBefore)) => {}
                    Err(fault) => first = first.or(Some(fault)),
                }
            }
            if lines.len() < BATCH as usize {
                return first.map_or(Ok(told), Err);
            }
        }
    }

    async fn tell_of_seen_refund(&self, seen: &SeenLine, now_ms: i64) -> Result<(), OfficeFault> {
        let act = |folder: &mut Folder, page: &mut Page| {
            let reaction = Reaction {
                serial: folder.serial(),
                kind: ReactionKind::ComparePapers,
                by: Cause::Post,
                at_ms: page.at_ms,
                why: vec![sentence(seen)],
            };
            page.event(Event::RefundSeen { claim: seen.claim, line: seen.line, refunded: seen.was_refunded });
            page.turn(folder, Turn { effects: Vec::new(), reactions: vec![reaction] });
            page.put(Row::SeenRefundTold { claim: seen.claim, line: seen.line });
            Ok::<_, NotPossible>(())
        };
        let page = Page::new("post", now_ms).without_money();
        Ok(self.books.change(seen.serial, page, act).await??)
    }

    /// A person has compared the papers of a claim's meter with what the post saw.
    pub async fn note_papers_compared(
        &self,
        claim: u64,
        note: &str,
        by: &str,
        now_ms: i64,
    ) -> Result<(), OfficeFault> {
        let serial = self.books.meter_of_claim(claim).await?;
        let act = |_: &mut Folder, page: &mut Page| {
            page.event(Event::PapersCompared { claim, note: shortened(note, 500) });
            page.put(Row::ReactionsDone { kinds: COMPARISONS, by: by.to_owned() });
            Ok(())
        };
        self.act(serial, by, now_ms, act).await
    }
}

fn sentence(seen: &SeenLine) -> String {
    let SeenLine { claim, line, postage, was_refunded, .. } = seen;
    let fate = match was_refunded {
        true => "was refunded as spoiled and seen in the mail afterwards",
        false => "was claimed as spoiled and seen in the mail; it is not refunded",
    };
    format!("an imprint of {postage} {fate} (claim {claim}, line {line})")
}
