//! Where the codeword and the counter of commits are kept: in a TPM, or the codeword in a file and no counter.

use super::TamperFile;
#[cfg(feature = "tpm")]
use super::tpm::{TpmCounter, TpmTamperMemory};
use psd::{Codeword, CommitCounter, PartFault, TamperMemory};

/// What outlives the power and is apart from the memory's file.
#[derive(Debug)]
pub(crate) enum Vault {
    /// The codeword in a file.
    File(TamperFile),
    /// Both in a TPM.
    #[cfg(feature = "tpm")]
    Tpm(TpmCounter, TpmTamperMemory),
}

impl Vault {
    fn tamper_memory(&mut self) -> &mut dyn TamperMemory {
        match self {
            Vault::File(file) => file,
            #[cfg(feature = "tpm")]
            Vault::Tpm(_, memory) => memory,
        }
    }
}

impl TamperMemory for Vault {
    fn codeword(&mut self) -> Result<Option<Codeword>, PartFault> {
        self.tamper_memory().codeword()
    }

    fn keep_codeword(&mut self, codeword: &Codeword) -> Result<(), PartFault> {
        self.tamper_memory().keep_codeword(codeword)
    }

    fn lose_codeword(&mut self) -> Result<(), PartFault> {
        self.tamper_memory().lose_codeword()
    }
}

impl CommitCounter for Vault {
    fn value(&mut self) -> Result<Option<u64>, PartFault> {
        match self {
            Vault::File(_) => Ok(None),
            #[cfg(feature = "tpm")]
            Vault::Tpm(counter, _) => counter.value(),
        }
    }

    fn advance(&mut self) -> Result<(), PartFault> {
        match self {
            Vault::File(_) => Ok(()),
            #[cfg(feature = "tpm")]
            Vault::Tpm(counter, _) => counter.advance(),
        }
    }
}
