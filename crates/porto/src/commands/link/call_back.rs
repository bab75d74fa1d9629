//! Credit by a call-back (GB 2 178 696, Fig. 4): the meter asks, hangs up and listens; the centre calls the number it
//! has registered; the device alone decides whether it is the centre, and follows the request that it holds.
//!
//! What always holds: waiting ends in its time, whoever calls; a caller that is not the centre gets no word, holds the
//! line for a short time, and does not end the waiting.

use super::call::{self, Called, Host, Means, News, attended, receive};
use super::caller::{Caller, Session};
use super::ending::End;
use super::front::Front;
use super::kept::Modem;
use crate::commands::psd::refused;
use crate::failure::Failure;
use line::{Line, Listener, Number, Received, Times};
use link::call::{Ask, CallBackRequest, CallOutcome, CallPlan, Frame, Number as Dialled, Trigger};
use psd_host::client::Client;
use std::process::ExitCode;
use std::time::{Duration, Instant};
use terms::Money;

/// How long somebody who called may be silent.
const SILENCE: Duration = Duration::from_secs(20);

/// Asks the centre to call back with credit, hangs up, waits for its call, and takes the credit in that call. Where the
/// lock has a system manager, only he may ask.
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
porto link call-back 5000 --own-number tcp:192.0.2.7:7081 --memory meter.psd --manager\n  \
porto link call-back 5000 --own-number tcp:mailroom.example:7081 --listen tcp:0.0.0.0:7081 --memory meter.psd\n  \
porto link call-back 5000 --own-number tel:67890 --modem modem:/dev/ttyS0,0 --memory meter.psd")]
pub struct CallBack {
    /// The amount in minor units.
    amount: Money,
    #[command(flatten)]
    reach: Reach,
    #[command(flatten)]
    caller: Caller,
}

/// Waits for a call of the centre that was asked for before, at a device that has run since: a device holds its request
/// for 15 minutes, and only while it runs.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  \
porto link listen --own-number tcp:192.0.2.7:7081 --socket meter.sock --pairing meter.pair")]
pub struct Listen {
    #[command(flatten)]
    reach: Reach,
    #[command(flatten)]
    caller: Caller,
}

/// Where the centre calls, and how long it is waited for.
#[derive(clap::Args)]
struct Reach {
    /// The meter's own number, as it is registered at the centre.
    #[arg(long, value_name = "NUMBER")]
    own_number: Dialled,
    /// Where to listen, if not at the own number: tcp:0.0.0.0:7081, modem:/dev/ttyS0, file:/folder.
    #[arg(long, value_name = "NUMBER")]
    listen: Option<Number>,
    /// How long to wait for the call; a device holds its request for 15 minutes.
    #[arg(long, value_name = "SECONDS", default_value_t = 600)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=86_400))]
    wait: u32,
}

impl CallBack {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let mut session = Session::open(&self.caller)?;
        if let Some(called) = session.came_before(&self.caller)? {
            return session.tell(&self.caller, called);
        }
        let listen = self.reach.listen(session.kept().modem())?;
        // The call itself needs the modem; any other place is taken before somebody is asked to call there.
        let is_modem = matches!(listen, Number::Modem { .. });
        let listener = if is_modem { None } else { Some(open(&listen)?) };
        let ask = Ask::CallBack {
            // The device draws its own.
            request: CallBackRequest::default(),
            amount: self.amount,
            own_number: self.reach.own_number.clone(),
        };
        let mut called = session.call(&self.caller, &[ask])?;
        if called.end.is_done() {
            let listener = listener.map_or_else(|| open(&listen), Ok)?;
            let answered = wait(&mut session, &self.caller, &self.reach, listener, &listen)?;
            called = Called { transactions: called.transactions + answered.transactions, ..answered };
        }
        session.tell(&self.caller, called)
    }
}

impl Listen {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        if self.caller.runs_device() {
            return Err(Failure::usage(
                "a device that this command starts holds no request: use --socket, or `porto link call-back`",
            ));
        }
        let mut session = Session::open_to_listen(&self.caller)?;
        let listen = self.reach.listen(session.kept().modem())?;
        let listener = open(&listen)?;
        let called = wait(&mut session, &self.caller, &self.reach, listener, &listen)?;
        session.tell(&self.caller, called)
    }
}

impl Reach {
    /// Where to listen: as said, or at the own number, a telephone number by the modem.
    fn listen(&self, modem: Option<&Modem>) -> Result<Number, Failure> {
        let own = self.own_number.as_str().parse();
        match (self.listen.clone(), own, modem) {
            (Some(listen), _, _) => Ok(listen),
            (None, Ok(Number::Telephone { .. }), Some(modem)) => Ok(modem.number()),
            (None, Ok(Number::Telephone { .. }), None) => {
                Err(Failure::usage("--modem is needed to be called at a telephone number"))
            }
            (None, Ok(number), _) => Ok(number),
            (None, Err(error), _) => {
                Err(Failure::usage(format!("--listen is needed beside this --own-number: {error}")))
            }
        }
    }
}

fn open(listen: &Number) -> Result<Listener, Failure> {
    Listener::open(listen, &Times::default()).map_err(Failure::usage)
}

fn wait(
    session: &mut Session,
    caller: &Caller,
    reach: &Reach,
    listener: Listener,
    listen: &Number,
) -> Result<Called, Failure> {
    let waiting = Waiting {
        means: caller.means(listen, session.kept()),
        own: reach.own_number.clone(),
        until: Instant::now() + Duration::from_secs(reach.wait.into()),
    };
    session.with_front(caller, |client, front| {
        front.show(News::Listening(listen));
        waiting.run(client, front, listener)
    })
}

struct Waiting {
    means: Means,
    own: Dialled,
    until: Instant,
}

impl Waiting {
    /// Answers calls until one brings what is waited for, or the time is over.
    fn run(&self, client: &mut Client, front: &mut Front<'_>, listener: Listener) -> Result<Called, Failure> {
        let mut listener = listener;
        let (mut end, mut transactions) = (End::NobodyCalled, 0);
        while let Some(left) = self.left() {
            let waited = attended(client, move || {
                let next = listener.next(left);
                (listener, next)
            })?;
            listener = waited.0;
            let Some(line) = waited.1.map_err(Failure::usage)? else { break };
            front.show(News::CalledFrom(&line.peer()));
            let Some(called) = self.answer(client, front, line)? else { continue };
            end = called.end;
            transactions += called.transactions;
            if end.ends_waiting() {
                break;
            }
        }
        Ok(Called { end, transactions })
    }

    fn left(&self) -> Option<Duration> {
        self.until.checked_duration_since(Instant::now()).filter(|left| !left.is_zero())
    }

    /// Answers one call; nothing where the caller is not the centre.
    fn answer(
        &self,
        client: &mut Client,
        front: &mut Front<'_>,
        line: Box<dyn Line>,
    ) -> Result<Option<Called>, Failure> {
        let limit = self.left().unwrap_or_default().min(self.means.answer_limit).min(SILENCE);
        let (mut line, received) = receive(client, line, limit)?;
        let Received::Frame(first) = received else {
            front.show(News::Failed("the caller said nothing"));
            return Ok(None);
        };
        match client.answer_call(&first, self.own.clone()) {
            Ok(CallOutcome::Send(opening)) => {
                call::answer(client, &self.means, front, self.plan(), (line, opening)).map(Some)
            }
            Ok(CallOutcome::NoRequest(frame)) => {
                self.refuse(line.as_mut(), &frame);
                front.show(News::Failed("the centre called for a request that the meter does not hold"));
                Ok(Some(Called { end: End::NoRequest, transactions: 0 }))
            }
            Ok(_) => Ok(None),
            Err(error) if call::is_unreadable(&error) => {
                front.show(News::Failed(&format!("a call that is not the centre's: {error}")));
                Ok(None)
            }
            Err(error) => Err(refused(error)),
        }
    }

    /// Says so to the centre, which otherwise hears it from nobody. One that has gone need not know.
    fn refuse(&self, line: &mut dyn Line, frame: &Frame) {
        let _ = line.send(frame);
        line.hang_up();
    }

    fn plan(&self) -> CallPlan {
        let number = self.own.clone();
        let mut plan = CallPlan { number, redials: 0, trigger: Trigger::Manual, asks: Default::default() };
        plan.asks.extend([Ask::Refill]);
        plan
    }
}
