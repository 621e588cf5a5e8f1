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
    /// Of a folder of the Brain Imaging Data Structure, whose people have folders `sub-LABEL`, all sessions' are found.
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
        for (path, name) in try files(in: root) { names.add(path, named: name, mayBeHypnogram: hypnograms == nil) }
        if let hypnograms {
            for (path, name) in try files(in: hypnograms) { names.addHypnogram(path, named: name) }
        }
        let (pairs, skipped) = try names.nights(in: root, unlabelled: unlabelled)
        guard !pairs.isEmpty else {
            let found = Reasons.text(of: skipped).map { "; \($0)" } ?? ""
            throw .nothingFound(
                path: root, wanted: "pairs like NAME-PSG.edf and NAME-Hypnogram.edf, or NAME.edf and NAME.txt" + found)
        }
        return (pairs, skipped)
    }

    /// What is in a folder, and with it what is in its folders `sub-LABEL/eeg` and `sub-LABEL/ses-LABEL/eeg`, as the
    /// Brain Imaging Data Structure has recordings, but for what that has beside them.
    private static func files(in root: String) throws(DatasetError) -> [(path: String, name: String)] {
        var found: [(path: String, name: String)] = []
        var isOfBIDS = false
        for name in try Folder.names(in: root) {
            let path = "\(root)/\(name)"
            let folders = name.hasPrefix("sub-") && Folder.isFolder(path) ? try foldersOfRecordings(in: path) : []
            // What is no person's of BIDS is told of.
            if folders.isEmpty { found.append((path, name)) }
            isOfBIDS = isOfBIDS || !folders.isEmpty
            for folder in folders { found += try Folder.names(in: folder).map { ("\(folder)/\($0)", $0) } }
        }
        return isOfBIDS ? found.filter { !isBesideRecordings($0.name) } : found
    }

    private static func foldersOfRecordings(in person: String) throws(DatasetError) -> [String] {
        let sessions = try Folder.names(in: person).filter { $0.hasPrefix("ses-") }
        return (["eeg"] + sessions.map { "\($0)/eeg" }).map { "\(person)/\($0)" }.filter(Folder.isFolder)
    }

    /// Whether a file or folder of the Brain Imaging Data Structure is none of a recording's signals or events.
    private static func isBesideRecordings(_ name: String) -> Bool {
        let ends = [".json", "_channels.tsv", "_electrodes.tsv", "_scans.tsv", "_sessions.tsv", ".bidsignore"]
        return ends.contains(where: name.hasSuffix)
            || ["participants.tsv", "README", "README.md", "README.txt", "CHANGES", "LICENSE"].contains(name)
            || ["derivatives", "sourcedata", "code", "stimuli", "phenotype"].contains(name)
    }
}
