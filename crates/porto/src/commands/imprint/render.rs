//! `porto imprint render`: an indicium document drawn as it is printed. It needs and takes no key.

use crate::failure::Failure;
use crate::input;
use imprint::numbers::{Indicium, LayoutId};
use imprint::picture::compose::Columns;
use imprint::picture::layout::Lines;
use imprint::picture::{Bitmap, Cliche, Issuer, Rect, gallery, painter};
use paper::{Arrangement, Beside, ClearCode, Conversion, Envelope, Offset};
use std::fs::{self, File};
use std::io::BufReader;
use std::path::PathBuf;
use std::process::ExitCode;

/// The resolution of a raster for office printers, a multiple of the head's.
const PRINTER_DPI: u32 = 1_200;

/// Draws an indicium document: PNG at the head's resolution, PDF on an envelope, or the head's own columns.
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  porto imprint render --indicium indicium.json --layout b --out imprint.png\n  \
porto imprint render --indicium indicium.json --cliche 1 --cliche-text \"FROM US TO YOU\" --envelope c5 \
--out letter.pdf"
)]
pub struct Render {
    /// The indicium document (JSON).
    #[arg(long, value_name = "FILE")]
    indicium: PathBuf,
    /// One of the layouts a to e; the indicium's own unless given.
    #[arg(long)]
    layout: Option<LayoutId>,
    /// Where to write: .png, .pdf, .pwg for a printer at 1200 dpi, or .bin for the columns as the head takes them.
    #[arg(long, value_name = "FILE.png|.pdf|.pwg|.bin")]
    out: PathBuf,
    #[command(flatten)]
    cliche: ClicheArguments,
    #[command(flatten)]
    show: ShowArguments,
    #[command(flatten)]
    issuer: IssuerArguments,
    /// The envelope of a PDF or raster: dl, c6, c5 or c4.
    #[arg(long, default_value_t)]
    envelope: Envelope,
    /// How far the imprint is moved left and down on the envelope, in millimetres, such as 5,2.5.
    #[arg(long, value_name = "LEFT,DOWN", allow_hyphen_values = true)]
    offset: Option<Offset>,
}

/// The advertising picture left of the stamps.
#[derive(clap::Args)]
struct ClicheArguments {
    /// Number of the cliché, printed in FE9; without a file, 1 to 3 come with the program.
    #[arg(long, value_name = "N")]
    cliche: Option<u16>,
    /// A PNG that is the cliché's picture.
    #[arg(long, value_name = "FILE.png", requires = "cliche")]
    cliche_file: Option<PathBuf>,
    /// Spreads the greys of the file (for photographs) instead of cutting them in the middle.
    #[arg(long, requires = "cliche_file")]
    dither: bool,
    /// Place of the editable text in the file's picture, in dots.
    #[arg(long, value_name = "X,Y,WIDTH,HEIGHT", requires = "cliche_file", value_parser = text_place)]
    text_place: Option<Rect>,
    /// The editable text FE5.
    #[arg(long, value_name = "TEXT", requires = "cliche")]
    cliche_text: Option<String>,
}

/// What the layout shows.
#[derive(clap::Args)]
struct ShowArguments {
    /// How the row is broken: one line if it fits, two lines, or split over FE6 and FE10.
    #[arg(long, default_value = "fitting", value_parser = ["fitting", "two", "split"])]
    lines: String,
    /// What layout e carries above the postage: a bar code of serial and postage, of one of them, or a Data Matrix.
    #[arg(long, default_value = "both", value_parser = ["both", "serial", "postage", "matrix"])]
    code: String,
    /// The service endorsement.
    #[arg(long, value_name = "TEXT")]
    endorsement: Option<String>,
}

/// The issuer's constant texts.
#[derive(clap::Args)]
struct IssuerArguments {
    /// The carrier's name.
    #[arg(long, value_name = "TEXT")]
    carrier: Option<String>,
    /// The town around the date.
    #[arg(long, value_name = "TEXT")]
    town: Option<String>,
    /// What stands below the date, such as a postcode.
    #[arg(long, value_name = "TEXT")]
    office: Option<String>,
    /// The currency beside the postage.
    #[arg(long, value_name = "TEXT")]
    currency: Option<String>,
}

impl Render {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let indicium: Indicium = input::json(&self.indicium, "indicium document")?;
        let cliche = self.cliche.open()?;
        let beside = Beside {
            cliche: cliche.as_ref(),
            text: self.cliche.cliche_text.as_deref(),
            endorsement: self.show.endorsement.as_deref(),
        };
        let (layout, content) =
            self.show.arrangement(self.layout).of(&indicium, beside).map_err(Failure::refused)?;
        let picture = cliche.as_ref().map(Cliche::picture);
        let bitmap = painter::paint_over(&layout, &self.issuer.issuer(), picture.as_ref(), &content)
            .map_err(Failure::refused)?;
        self.write(&bitmap, layout.dpi)?;
        Ok(ExitCode::SUCCESS)
    }

    fn write(&self, bitmap: &Bitmap, dpi: u32) -> Result<(), Failure> {
        let bytes = match self.out.extension().and_then(|extension| extension.to_str()) {
            Some("png") => {
                let mut bytes = Vec::new();
                paper::write_png(bitmap, dpi, &mut bytes).map_err(Failure::refused)?;
                bytes
            }
            Some("pdf") => paper::write_pdf(bitmap, dpi, self.envelope, self.offset.unwrap_or_default())
                .map_err(Failure::refused)?,
            Some("pwg") => {
                let offset = self.offset.unwrap_or_default();
                paper::write_raster(bitmap, dpi, self.envelope, offset, PRINTER_DPI / dpi)
                    .map_err(Failure::refused)?
            }
            Some("bin") => Columns::from_bitmap(bitmap).stream().to_vec(),
            _ => return Err(Failure::usage("the output file ends in .png, .pdf, .pwg or .bin")),
        };
        fs::write(&self.out, bytes)
            .map_err(|error| Failure::refused(format!("cannot write {}: {error}", self.out.display())))
    }
}

impl ClicheArguments {
    /// The cliché that was asked for.
    fn open(&self) -> Result<Option<Cliche>, Failure> {
        let Some(number) = self.cliche else { return Ok(None) };
        let cliche = match &self.cliche_file {
            None => gallery::cliche(number)
                .ok_or_else(|| Failure::refused(format!("there is no cliché {number}; name its file")))?,
            Some(path) => {
                let unreadable = |error| Failure::usage(format!("cannot read {}: {error}", path.display()));
                let file = BufReader::new(File::open(path).map_err(unreadable)?);
                let conversion = if self.dither { Conversion::Dithering } else { Conversion::Threshold(128) };
                paper::import_cliche(file, number, conversion, self.text_place).map_err(Failure::refused)?
            }
        };
        Ok(Some(cliche))
    }
}

impl ShowArguments {
    fn arrangement(&self, layout: Option<LayoutId>) -> Arrangement {
        let lines = match self.lines.as_str() {
            "two" => Lines::Two,
            "split" => Lines::Split,
            _ => Lines::Fitting,
        };
        let code = match self.code.as_str() {
            "serial" => ClearCode::Serial,
            "postage" => ClearCode::Postage,
            "matrix" => ClearCode::Matrix,
            _ => ClearCode::Both,
        };
        Arrangement { layout, lines, code }
    }
}

impl IssuerArguments {
    fn issuer(&self) -> Issuer {
        let usual = Issuer::default();
        Issuer {
            carrier: self.carrier.clone().unwrap_or(usual.carrier),
            town: self.town.clone().unwrap_or(usual.town),
            office: self.office.clone().unwrap_or(usual.office),
            currency: self.currency.clone().unwrap_or(usual.currency),
            motto: usual.motto,
        }
    }
}

/// Reads `10,150,400,36`.
pub fn text_place(text: &str) -> Result<Rect, String> {
    let numbers: Option<Vec<u16>> = text.split(',').map(|part| part.parse().ok()).collect();
    match numbers.as_deref() {
        Some([x, y, width, height]) => {
            Ok(Rect::new(i32::from(*x), i32::from(*y), u32::from(*width), u32::from(*height)))
        }
        _ => Err("a place is written X,Y,WIDTH,HEIGHT in dots".into()),
    }
}
