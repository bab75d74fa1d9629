//! Credit by a call-back (GB 2 178 696, Fig. 4): the meter asks, hangs up and listens; the centre calls the number it
//! has registered; the device alone decides whether it is the centre, and follows the request that it holds.
//!
//! What always holds: waiting ends in its time, whoever calls; a caller that is not the centre gets no word, holds the
//! line for a short time, and does not end the waiting.

use super::attended::{attended, receive};
use super::run::{Call, is_unreadable};
use super::{CallFault, Called, Caller, End, Means, Modem, Step};
use line::{Line, Listener, Number, Received, Times};
use link::call::{Ask, CallBackRequest, CallOutcome, CallPlan, Frame, Number as Dialled, Trigger};
use std::time::{Duration, Instant};
use terms::Money;

/// How long somebody who called may be silent.
const SILENCE: Duration = Duration::from_secs(20);

/// Where the centre calls, and how long it is waited for.
#[derive(Clone, Debug)]
pub struct Reach {
    /// The meter's own number, as it is registered at the centre.
    pub own_number: Dialled,
    /// Where to listen; [`listening_place`] where nothing else is said.
    pub listen: Number,
    /// How long to wait for the call.
    pub wait: Duration,
    /// With what it is answered.
    pub means: Means,
}

/// Where to listen for calls to this number: there, a telephone number by the modem.
pub fn listening_place(own_number: &Dialled, modem: Option<&Modem>) -> Result<Number, CallFault> {
    match own_number.as_str().parse().map_err(CallFault::NoPlace)? {
        Number::Telephone { .. } => modem.map(Modem::number).ok_or(CallFault::NoModem),
        number => Ok(number),
    }
}

impl Caller<'_> {
    /// Asks the centre to call back with credit of this amount, waits for its call, and takes the credit in that call.
    /// Nothing is asked for where the credit of a refill whose end nobody saw has come.
    pub fn call_back(&mut self, means: &Means, reach: &Reach, amount: Money) -> Result<Called, CallFault> {
        if let Some(called) = self.came_before(means)? {
            return Ok(called);
        }
        // The call itself needs the modem; any other place is taken before somebody is asked to call there.
        let is_modem = matches!(reach.listen, Number::Modem { .. });
        let listener = if is_modem { None } else { Some(reach.open()?) };
        // The device draws its own request.
        let request = CallBackRequest::default();
        let ask = Ask::CallBack { request, amount, own_number: reach.own_number.clone() };
        let asked = self.call(means, &[ask])?;
        if !asked.end.is_done() {
            return Ok(asked);
        }
        let listener = listener.map_or_else(|| reach.open(), Ok)?;
        Ok(asked.then(self.wait(reach, listener)?))
    }

    /// Waits for a call of the centre that was asked for before, of a device that has run since.
    pub fn listen(&mut self, reach: &Reach) -> Result<Called, CallFault> {
        let listener = reach.open()?;
        self.wait(reach, listener)
    }

    /// Answers calls until one brings what is waited for, or the time is over.
    fn wait(&mut self, reach: &Reach, mut listener: Listener) -> Result<Called, CallFault> {
        self.host.show(Step::Listening(reach.listen.clone()));
        let until = Instant::now() + reach.wait;
        let mut so_far = Called::ended(End::NobodyCalled);
        while let Some(left) = left(until) {
            let waited = attended(self.client, move || {
                let next = listener.next(left);
                (listener, next)
            })?;
            listener = waited.0;
            let Some(line) = waited.1? else { break };
            self.host.show(Step::CalledFrom(line.peer()));
            let Some(called) = self.answer(reach, line, until)? else { continue };
            so_far = so_far.then(called);
            if so_far.end.ends_waiting() {
                break;
            }
        }
        Ok(so_far)
    }

    /// Answers one call; nothing where the caller is not the centre.
    fn answer(
        &mut self,
        reach: &Reach,
        line: Box<dyn Line>,
        until: Instant,
    ) -> Result<Option<Called>, CallFault> {
        let limit = left(until).unwrap_or_default().min(reach.means.answer_limit).min(SILENCE);
        let (mut line, received) = receive(self.client, line, limit)?;
        let Received::Frame(first) = received else {
            self.host.show(Step::Failed("the caller said nothing".into()));
            return Ok(None);
        };
        match self.client.answer_call(&first, reach.own_number.clone()) {
            Ok(CallOutcome::Send(opening)) => {
                Call::answer(self, &reach.means, reach.plan(), (line, opening)).map(Some)
            }
            Ok(CallOutcome::NoRequest(frame)) => {
                refuse(line.as_mut(), &frame);
                let why = "the centre called for a request that the meter does not hold";
                self.host.show(Step::Failed(why.into()));
                Ok(Some(Called::ended(End::NoRequest)))
            }
            Ok(_) => Ok(None),
            Err(error) if is_unreadable(&error) => {
                self.host.show(Step::Failed(format!("a call that is not the centre's: {error}")));
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }
}

impl Reach {
    fn open(&self) -> Result<Listener, CallFault> {
        Ok(Listener::open(&self.listen, &Times::default())?)
    }

    fn plan(&self) -> CallPlan {
        let number = self.own_number.clone();
        let mut plan = CallPlan { number, redials: 0, trigger: Trigger::Manual, asks: Default::default() };
        plan.asks.extend([Ask::Refill]);
        plan
    }
}

fn left(until: Instant) -> Option<Duration> {
    until.checked_duration_since(Instant::now()).filter(|left| !left.is_zero())
}

/// Says so to the centre, which otherwise hears it from nobody. One that has gone need not know.
fn refuse(line: &mut dyn Line, frame: &Frame) {
    let _ = line.send(frame);
    line.hang_up();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_listened_for_at_the_own_number_and_at_a_telephone_number_by_the_modem() {
        let modem: Modem = "modem:/dev/ttyS0,0".parse().unwrap();
        let place = |own: &str, modem| listening_place(&own.parse().unwrap(), modem);
        assert_eq!(place("tcp:192.0.2.7:7081", None).unwrap().to_string(), "tcp:192.0.2.7:7081");
        assert_eq!(place("tel:67890", Some(&modem)).unwrap(), modem.number());
        assert!(matches!(place("tel:67890", None), Err(CallFault::NoModem)));
        assert!(matches!(place("mailroom", None), Err(CallFault::NoPlace(_))));
    }
}
