import Datasets
import Foundation
import TestKit
import Testing

/// Names in tables that other programs read.
@Suite struct CSVTextTests {
    @Test(arguments: [
        ("S1", "S1"), ("a b", "a b"), ("a,b", "\"a,b\""), ("a\"b", "\"a\"\"b\""), ("a\nb", "\"a\nb\""),
        ("a\r\nb", "\"a\r\nb\""), ("a\rb", "\"a\rb\""), ("a,\u{301}b", "\"a,\u{301}b\""),
        ("a\n\u{301}b", "\"a\n\u{301}b\""), ("a\"\u{301}", "\"a\"\"\u{301}\""), ("", ""),
    ])
    func whatEndsAFieldIsQuotedWhateverStandsBehindIt(text: String, field: String) {
        #expect(Array(CSVText.field(text).unicodeScalars) == Array(field.unicodeScalars))
    }

    @Test(arguments: [
        ("=1+1", "'=1+1"), ("+cmd", "'+cmd"), ("-cmd", "'-cmd"), ("@SUM(A1)", "'@SUM(A1)"), ("=a,b", "\"'=a,b\""),
        ("-1", "-1"), ("+2.5", "+2.5"), ("a=b", "a=b"), ("=\u{301}x", "'=\u{301}x"),
        ("'=b", "''=b"), ("'-1", "'-1"), ("'quoted'", "'quoted'"),
    ])
    func noSpreadsheetTakesANameForAFormula(text: String, field: String) {
        #expect(Array(CSVText.field(text).unicodeScalars) == Array(field.unicodeScalars))
    }

    @Test(arguments: [
        "r1 ", " r1", "r\"\u{301}x", "\"\u{301}", "\"\"", "'=b", "=b", "''=b", "a,\"b\"", "\u{A0}x", "x\ny", "'",
    ])
    func whatIsWrittenIsReadAgain(text: String) throws {
        let row = [text, "other", text].map(CSVText.field).joined(separator: ",") + "\n"
        var read: [[String]] = []
        try Array(row.utf8).withUnsafeBytes { try CSVText.rows(in: $0, path: "t") { read.append($1) } }
        #expect(
            read.map { $0.map { Array($0.unicodeScalars) } } == [
                [text, "other", text].map { Array($0.unicodeScalars) }
            ])
    }

    @Test(arguments: [
        ("S1,S4", ["S1", "S4"]), (" S1 , S4 ", ["S1", "S4"]), ("\"Müller, Anna\",S4", ["Müller, Anna", "S4"]),
        ("S4, \"Müller, \"\"A\"\"\" ", ["S4", "Müller, \"A\""]), ("S1,,", ["S1"]), ("", []),
    ])
    func aListOnACommandLineIsQuotedAsARowIs(list: String, names: [String]) throws {
        #expect(try DelimitedRows.fields(of: list) == names)
    }

    @Test(arguments: [
        ("\"S1", "a double quote is opened and never closed"), ("S1,\"S4\"x", "text after the double quote"),
        ("S\"1\"", "a double quote inside a field"), ("S1\nS4", "it has several lines"),
    ])
    func aListWhoseQuotesDontMatchIsRefused(list: String, words: String) {
        let fault = #expect(throws: DelimitedRows.ListFault.self) { try DelimitedRows.fields(of: list) }
        #expect(fault?.reason.contains(words) == true)
    }

    @Test(.enabled(if: Python.isHere, Comment(rawValue: Python.absence)))
    func anotherProgramReadsTheNamesThatWereWritten() throws {
        let names = ["a,b", "a\"b", "a\nb", "a,\u{301}b", "é \u{1F600}", "plain", "\",\"\n"]
        let folder = try TemporaryFolder()
        let path = try folder.write(names.map(CSVText.field).joined(separator: ",") + "\n", to: "names.csv")
        let script = "import csv, json, sys\nprint(json.dumps(next(csv.reader(open(sys.argv[1], newline='')))))"
        let read = try Python.run(script: script, path)
        #expect(try JSONDecoder().decode([String].self, from: Data(read.output.utf8)) == names, "\(read.errors)")
    }
}
