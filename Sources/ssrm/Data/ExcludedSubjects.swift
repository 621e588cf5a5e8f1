import Datasets
import SleepRecognition

/// The samples of the subjects that `--exclude-subjects` names in lists separated by commas, recording by recording.
///
/// A whole list that is a subject's name is that one's, and so is a name with commas in a list where it stands in
/// double quotes. One that has double quotes itself is written as in a CSV file: in quotes, with these doubled.
///
/// - Throws: `ProgramError` for a list whose quotes don't match, for a name that the dataset does not have, or when
///   nobody would be left.
func samplesOfSubjects(_ lists: [String], in dataset: Dataset) throws -> [Range<Int>] {
    if lists.isEmpty { return [] }
    var names: [String] = []
    for list in lists {
        do { names += dataset.subjects.contains(list) ? [list] : try DelimitedRows.fields(of: list) } catch {
            throw ProgramError("--exclude-subjects \(list.debugDescription): \(error.reason); separate names by commas")
        }
    }
    do { return try dataset.samples(ofSubjects: names) } catch { throw ProgramError("--exclude-subjects: \(error)") }
}
