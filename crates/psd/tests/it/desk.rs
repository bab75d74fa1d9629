//! A service and a peer of it, who notes the questions that the device pushes.

use crate::board::Board;
use crate::medium::Medium;
use crate::meter::{IDENTITY, Place, serial};
use psd::Request;
use psd::protocol::{
    Answer, Command, FRAME_BYTES_MAX, Frame, LENGTH_BYTES, NUMBER_PUSHED, Requests, frame_length,
};
use psd::service::Session;
use psd::supervision::interrogation::{Code, Identity, PairingKey, Question, code_for};

pub const BATCH: usize = 4;
pub type Service = psd::service::Service<Medium, Board, BATCH>;

pub struct Desk {
    pub place: Place,
    pub service: Service,
    pub session: Session,
    pub number: u32,
    /// What the device asked, the oldest first.
    pub questions: Vec<Question>,
}

impl Desk {
    /// A meter with credit, and nobody its control unit.
    pub fn new() -> Desk {
        Desk::at(Place::p1::<BATCH>())
    }

    /// The same at this place.
    pub fn at(place: Place) -> Desk {
        let mut service = Service::new(place.funded::<BATCH>(2000));
        let session = service.open(1);
        Desk { place, service, session, number: 0, questions: Vec::new() }
    }

    /// Its control unit has answered the first question.
    pub fn attached() -> Desk {
        let mut desk = Desk::new();
        desk.attend();
        desk
    }

    /// Becomes the control unit and answers the question that comes with it.
    pub fn attend(&mut self) {
        assert_eq!(self.ask(Command::Attach), [Answer::Done]);
        let question = self.questions.pop().expect("a new control unit is asked at once");
        assert_eq!(self.reply(&question), [Answer::Done]);
    }

    pub fn ask(&mut self, command: Command<'_>) -> Vec<Answer> {
        self.number += 1;
        let (answers, questions) = ask(&mut self.service, &mut self.session, self.number, command);
        self.questions.extend(questions);
        answers
    }

    pub fn frank(&mut self, requests: &[Request]) -> Vec<Answer> {
        let bytes: Vec<u8> = requests.iter().flat_map(|request| request.to_bytes()).collect();
        self.ask(Command::Frank { requests: Requests::new(&bytes) })
    }

    /// The right answer to a question.
    pub fn code(&self, question: &Question) -> Code {
        let key = self.place.key.borrow().clone().expect("it is paired");
        code_for(question, &key, serial(), &IDENTITY)
    }

    pub fn reply(&mut self, question: &Question) -> Vec<Answer> {
        let code = self.code(question);
        self.ask(Command::Reply { number: question.number, code })
    }

    /// The answer of somebody with this key on this hardware.
    pub fn reply_as(&mut self, question: &Question, key: &PairingKey, identity: &Identity) -> Vec<Answer> {
        let code = code_for(question, key, serial(), identity);
        self.ask(Command::Reply { number: question.number, code })
    }

    /// Some time passes, and the device looks after itself; gives the question that was due.
    pub fn tick_after(&mut self, ms: u64) -> Option<Question> {
        let elapsed_ms = &self.place.board.elapsed_ms;
        elapsed_ms.set(elapsed_ms.get() + ms);
        let mut pushed = Vec::new();
        self.service.tick(&mut |frame| pushed.push(parse(frame)));
        match &pushed[..] {
            [] => None,
            [(NUMBER_PUSHED, Answer::Question(question))] => Some(*question),
            other => panic!("no question: {other:?}"),
        }
    }
}

/// The answers to a command, and the questions that came among them.
pub fn ask(
    service: &mut Service,
    session: &mut Session,
    number: u32,
    command: Command<'_>,
) -> (Vec<Answer>, Vec<Question>) {
    let mut buffer = vec![0; LENGTH_BYTES + FRAME_BYTES_MAX];
    let frame = Frame::write(number, &command, &mut buffer).unwrap();
    let (mut answers, mut questions) = (Vec::new(), Vec::new());
    for (answered, answer) in handle(service, session, &frame[LENGTH_BYTES..]) {
        match answer {
            Answer::Question(question) => {
                assert_eq!(answered, NUMBER_PUSHED, "no command asks for a question");
                questions.push(question);
            }
            answer => {
                assert_eq!(answered, number, "an answer carries its command's number");
                answers.push(answer);
            }
        }
    }
    (answers, questions)
}

/// All answers to a frame, each checked to be a frame of its own.
pub fn handle(service: &mut Service, session: &mut Session, frame: &[u8]) -> Vec<(u32, Answer)> {
    let mut answers = Vec::new();
    service.handle(frame, session, &mut |frame| answers.push(parse(frame)));
    let last = answers.iter().filter(|(_, answer)| answer.is_last()).count();
    assert!(last == 1 && answers.last().unwrap().1.is_last(), "one answer ends the others: {answers:?}");
    answers
}

pub fn parse(frame: &[u8]) -> (u32, Answer) {
    let (length, body) = frame.split_first_chunk().unwrap();
    assert_eq!(frame_length(*length), Ok(body.len()));
    let frame = Frame::parse(body).unwrap();
    (frame.number, frame.answer().unwrap())
}

/// The code of the refusal that ends these answers.
pub fn code(answers: &[Answer]) -> u16 {
    match answers {
        [.., Answer::Refused(refusal)] => refusal.code,
        other => panic!("not refused: {other:?}"),
    }
}
