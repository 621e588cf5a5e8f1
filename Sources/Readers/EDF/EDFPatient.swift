import Foundation

/// Who was recorded, as an EDF+ header says: `code sex birthdate name`, with `X` for what is not said.
public struct EDFPatient: Sendable, Equatable {
    /// The code in the hospital's or study's administration, `X` too; empty where there is none.
    public private(set) var code = ""
    /// `F` or `M`; empty where it is not said.
    public private(set) var sex = ""
    /// Like `02-MAY-1951`, with large letters; empty where it is not said.
    public private(set) var birthdate = ""
    /// The name, whose blanks are underscores; empty where it is not said.
    public private(set) var name = ""

    /// The field of a file that does not call itself EDF+: free text, of which nobody knows what is a code.
    let freeText: String

    /// Nobody in particular, whatever free text says.
    init(freeText: String = "") { self.freeText = freeText }

    /// Reads an EDF+ file's patient field.
    ///
    /// - Parameters:
    ///   - text: the field without the blanks around it.
    ///   - notes: gets what is not as EDF+ has it.
    init(_ text: String, notes: inout [String]) {
        let parts = text.split(separator: " ").map(String.init)
        func part(_ index: Int) -> String {
            guard parts.indices.contains(index), parts[index] != "X" else { return "" }
            return parts[index]
        }
        (code, name, freeText) = (parts.first ?? "", part(3), "")
        if parts.count < 4 {
            notes.append(
                "byte 8: the patient's field has \(parts.count) of EDF+'s four parts: code, sex, birthdate, name")
        }
        if ["F", "M"].contains(part(1).uppercased()) {
            sex = part(1).uppercased()
        } else if !part(1).isEmpty {
            notes.append("byte 8: the patient's sex is \"\(part(1))\", where F, M or X is expected")
        }
        if EDFDate.day(part(2)) != nil {
            birthdate = part(2).uppercased()
        } else if !part(2).isEmpty {
            notes.append("byte 8: the patient's birthdate is \"\(part(2))\", where one like 02-MAY-1951 is expected")
        }
    }
}
