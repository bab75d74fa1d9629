//! When the meter calls the centre, and what for (steps 206, 301, 410; [141], [145]).
//!
//! What always holds: by itself the meter calls for pieces; for credit only by the system manager's standing order.

use super::{Act, Action, Misoperation, Routine, State};
use access::cards::Function;
use link::call::Ask;
use psd::PieceMode;

impl Routine {
    /// Credit is for who may refill; the centre may be heard by anybody.
    pub(super) fn may_call(&self, asks: &[Ask]) -> Result<(), String> {
        if asks.iter().all(|ask| matches!(ask, Ask::Contact)) {
            return Ok(());
        }
        self.desk.may(Function::Refill).map_err(|refusal| refusal.to_string())
    }

    /// Step 301: a call is possible whenever nothing else is under way, and not where Fig. 2a has blocked.
    pub(super) fn call(&mut self, is_automatic: bool, asks: Vec<Ask>, act: Act<'_>) {
        match self.state {
            State::Ready | State::Waiting { .. } => {
                self.state = State::Calling { is_automatic };
                act(Action::Call { is_automatic, asks });
            }
            _ => self.misoperated(Misoperation::Untimely, format!("not now: {}", self.state_sentence()), act),
        }
    }

    pub(super) fn called(&mut self, is_done: bool, sentence: String, act: Act<'_>) {
        let is_automatic = matches!(self.state, State::Calling { is_automatic: true });
        if is_done {
            if is_automatic {
                self.note_loaded(act);
            }
            self.sleep.called();
            act(Action::KeepSleep(self.sleep));
            self.say(sentence, None);
        } else {
            self.count(Misoperation::Call, act);
            self.say_bad(sentence);
        }
        // Step 211: data may have come; and where the redials led to nothing the standby flag is set ([145]).
        self.evaluates = true;
        self.series = 0;
        self.ask(act);
    }

    /// What an automatic call asks for: a refill where the system manager left a standing order, and else pieces alone.
    pub(super) fn automatic_asks(&self) -> Vec<Ask> {
        match self.settings.standing_order {
            Some(order) if self.loaded.leaves(&order, self.now.today) => {
                vec![Ask::Amount { amount: order.amount, work: Default::default() }, Ask::Refill]
            }
            _ => vec![Ask::Contact],
        }
    }

    /// Counts what an automatic call has loaded.
    pub(super) fn note_loaded(&mut self, act: Act<'_>) {
        let Some(order) = self.settings.standing_order else { return };
        if self.loaded.leaves(&order, self.now.today) {
            self.loaded = self.loaded.with(&order, self.now.today);
            act(Action::KeepLoaded(self.loaded));
        }
    }

    pub(super) fn is_spent(&self) -> bool {
        self.standing.as_ref().is_some_and(|standing| {
            standing.status.piece_mode == PieceMode::Sleep && standing.status.pieces_left == Some(0)
        })
    }
}
