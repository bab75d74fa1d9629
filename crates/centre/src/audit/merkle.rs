//! The root of a Merkle tree (RFC 6962, section 2.1), leaf by leaf: memory grows with the logarithm of their number.

use super::Digest;

/// A root in the making.
#[derive(Clone, Debug, Default)]
pub struct MerkleRoot {
    /// Whole subtrees, the largest first: how many leaves each has, and its root.
    subtrees: Vec<(u64, Digest)>,
}

impl MerkleRoot {
    /// Puts a leaf to the right.
    pub fn push(&mut self, leaf: &[u8]) {
        let mut subtree = (1, Digest::of(&[&[0], leaf]));
        while let Some((_, left)) = self.subtrees.pop_if(|(leaves, _)| *leaves == subtree.0) {
            subtree = (subtree.0 * 2, node(&left, &subtree.1));
        }
        self.subtrees.push(subtree);
    }

    /// The root over all leaves; of none the hash of nothing.
    pub fn root(&self) -> Digest {
        let mut subtrees = self.subtrees.iter().rev().map(|(_, root)| *root);
        let Some(rightmost) = subtrees.next() else { return Digest::of(&[]) };
        subtrees.fold(rightmost, |right, left| node(&left, &right))
    }
}

fn node(left: &Digest, right: &Digest) -> Digest {
    Digest::of(&[&[1], left.bytes(), right.bytes()])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The leaves and roots are those of Certificate Transparency's reference implementation.
    #[test]
    fn roots_are_those_of_the_reference() {
        let leaves: [&[u8]; 8] = [
            &[],
            &[0x00],
            &[0x10],
            &[0x20, 0x21],
            &[0x30, 0x31],
            &[0x40, 0x41, 0x42, 0x43],
            &[0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57],
            &[0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f],
        ];
        let roots = [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ];
        let mut tree = MerkleRoot::default();
        for (leaf, root) in leaves.iter().zip(roots) {
            tree.push(leaf);
            assert_eq!(tree.root().to_string(), root);
        }
    }
}
