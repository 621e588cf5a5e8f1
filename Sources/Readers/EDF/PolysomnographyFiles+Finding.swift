public import Datasets
import Foundation

extension PolysomnographyFiles {
    /// Finds the nights of a folder: files of signals and hypnograms that are called alike.
    ///
    /// `night1-PSG.edf` with `night1-Hypnogram.edf`; of the Sleep-EDF Database `SC4001E0-PSG.edf` with
    /// `SC4001EC-Hypnogram.edf`; `night1.edf` with `night1.txt`, `.csv`, `.tsv`, `.xml`, `.annot` or `.rml`, or with
    /// what NSRR (`night1-nsrr.xml`), BIDS (`night1_eeg.edf`, `night1_events.tsv`) and others make of the name. Parts
    /// of a recording of Philips' (`night1[001].edf`) have one hypnogram, `night1.rml`.
    ///
    /// - Parameters:
    ///   - root: the folder with the signals, like `sleep-cassette`.
    ///   - hypnograms: the folder with the hypnograms; nil where they are in the same one.
    ///   - unlabelled: whether signals without a hypnogram are taken, too.
    /// - Returns: the nights by name, and the files that are of none.
    /// - Throws: `DatasetError`, also when there is no night, or a night has two hypnograms.
    public static func find(
        in root: String, hypnograms: String? = nil, unlabelled: Bool = false
    ) throws(DatasetError) -> (pairs: [Self], skipped: [SkippedItem]) {
        var names = FoundNames(hasOwnFolder: hypnograms != nil)
        for name in try Folder.names(in: root) {
            names.add("\(root)/\(name)", named: name, mayBeHypnogram: hypnograms == nil)
        }
        if let hypnograms {
            for name in try Folder.names(in: hypnograms) { names.addHypnogram("\(hypnograms)/\(name)", named: name) }
        }
        let (pairs, skipped) = try names.nights(in: root, unlabelled: unlabelled)
        guard !pairs.isEmpty else {
            let found = Reasons.text(of: skipped).map { "; \($0)" } ?? ""
            throw .nothingFound(
                path: root, wanted: "pairs like NAME-PSG.edf and NAME-Hypnogram.edf, or NAME.edf and NAME.txt" + found)
        }
        return (pairs, skipped)
    }
}
