/// How WFDB annotations write sleep stages, by the rules of Rechtschaffen and Kales.
enum StageLetters {
    /// The code, of vocabulary `LabelVocabulary.stage`, of each text that stands for a stage; their stages 3 and 4 are both N3.
    static let codes = ["W": "W", "1": "N1", "2": "N2", "3": "N3", "4": "N3", "R": "REM"]
}
