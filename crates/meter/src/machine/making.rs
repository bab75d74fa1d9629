//! Making cards at the machine: what is asked for becomes a plan with a number that nobody has drawn.

use super::{Machine, OfficeFault};
use crate::routine::Input;
use access::cards::{Card, Follow, Function, Plan};
use terms::CardNumber;

impl Machine {
    /// Waits for the first card of a meter that has none; it becomes the master.
    pub fn await_first_card(&mut self) -> Result<(), OfficeFault> {
        let number = self.draw_card_number()?;
        self.begin_card(Plan::First(number))
    }

    /// Begins to make a card below the one in the slot, which gets a number of its own.
    pub fn make_card(&mut self, card: Card) -> Result<(), OfficeFault> {
        let number = self.draw_card_number()?;
        self.make(Follow::New(Card { number, ..card }))
    }

    /// Begins to make one more physical card for a row.
    pub fn duplicate_card(&mut self, number: CardNumber) -> Result<(), OfficeFault> {
        self.make(Follow::Duplicate(number))
    }

    fn make(&mut self, follow: Follow) -> Result<(), OfficeFault> {
        self.may(Function::MakeCards)?;
        let maker = self.routine.desk().inserted()?;
        self.begin_card(Plan::Follow { maker, follow })
    }

    /// Begins to make a card, where the tables allow it.
    pub(super) fn begin_card(&mut self, plan: Plan) -> Result<(), OfficeFault> {
        self.routine.desk().directory().may_make(&plan)?;
        self.input(Input::MakeCard(plan))?;
        Ok(())
    }
}
