import Datasets
import Foundation
import SleepRecognition

/// The samples of the subjects that `--exclude-subjects` names, separated by commas, recording by recording.
///
/// - Throws: `ProgramError` for a name that the dataset does not have, or when nobody would be left.
func samplesOfSubjects(_ list: String, in dataset: Dataset) throws -> [Range<Int>] {
    let names = list.split(separator: ",").map {
        let name = String($0)
        return dataset.subjects.contains(name) ? name : name.trimmingCharacters(in: .whitespaces)
    }
    do { return try dataset.samples(ofSubjects: names) } catch { throw ProgramError("--exclude-subjects: \(error)") }
}
