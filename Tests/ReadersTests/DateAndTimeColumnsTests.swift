import Foundation
import Testing

import Datasets
import Readers
import TestKit

// Times whose date and time of day stand in two columns, as actigraphs' programs export them.

/// What is made of a table whose times are in `column`, or what the refusal says.
private func read(
    _ table: String, _ column: String = "Date,Time", order: DateOrder = .yearFirst, zone: String? = "Europe/Berlin",
    values: TableColumns.Values = .named(["Activity"]), skipping lines: Int = 0
) throws -> String {
    let folder = try TemporaryFolder()
    let path = try folder.write(table, to: "a.csv")
    do throws(DatasetError) {
        let source = try TimedTable(
            files: [path],
            columns: TableColumns(
                subject: .named("ada"), recording: nil, position: column, label: nil, values: values),
            labels: TableLabels(.stage),
            times: TimeColumn(zone: zone.flatMap(TimeZone.init(identifier:)), order: order),
            format: TableRecordings.Format(skippedLines: lines))
        let outline = source.outline
        return "\(outline.recordings.map(\.name)) \(outline.content) \(outline.recordings[0].labels.count)"
    } catch {
        return "\(error)".replacing(folder.url.path + "/", with: "")
    }
}

/// Twelve rows 30 s apart from 23:58:00 on.
private func rows(_ row: (_ minute: Int, _ second: Int, _ isNextDay: Bool) -> String) -> String {
    (0..<12).map { row((58 + $0 / 2) % 60, $0 % 2 * 30, $0 > 3) + "\n" }.joined()
}

private func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

/// As Actiware writes them.
private let actiware =
    "\"--- Export File ---\"\n\n\"Identity:\",\"A1\"\n\n\"Line\",\"Date\",\"Time\",\"Activity\",\"Wake\",\n"
    + rows {
        "\"1\",\"\($2 ? "11/18/2010" : "11/17/2010")\",\"\($2 ? 12 : 11):\(two($0)):\(two($1)) \($2 ? "AM" : "PM")\",\"\($0)\",\"1\","
    }

@Test func aDateAndATimeOfDayInTwoColumnsAreATime() throws {
    let expected = "[\"ada/2010-11-17T22:58:00Z\"] [\"Activity\"] 12"
    #expect(try read(actiware, order: .monthFirst, skipping: 4) == expected)
    let dayFirst =
        "Date,Time,Activity\n" + rows { "\($2 ? 18 : 17).11.2010,\($2 ? 0 : 23):\(two($0)):\(two($1)),\($0)" }
    #expect(try read(dayFirst, order: .dayFirst) == expected)
    let zoned =
        "T,D,Activity\n" + rows { "\(two($2 ? 0 : 23)):\(two($0)):\(two($1))+01:00,2010-11-\($2 ? 18 : 17),\($0)" }
    #expect(try read(zoned, "D,T", zone: nil) == expected)
    // Neither is a column of values.
    #expect(try read(dayFirst, order: .dayFirst, values: .others) == expected)
}

@Test func aColumnThatIsCalledSoItselfCountsBefore() throws {
    let whole =
        "Date,Time,\"Date,Time\",Activity\n"
        + rows { "x,y,2010-11-\($2 ? 18 : 17) \($2 ? "00" : "23"):\(two($0)):\(two($1)),1" }
    #expect(try read(whole) == "[\"ada/2010-11-17T22:58:00Z\"] [\"Activity\"] 12")
    // A column with a comma in its name is named as in the file.
    let named =
        "\"Date, local\",Time,Activity\n"
        + rows { "2010-11-\($2 ? 18 : 17),\($2 ? "00" : "23"):\(two($0)):\(two($1)),1" }
    #expect(try read(named, "\"Date, local\",Time") == "[\"ada/2010-11-17T22:58:00Z\"] [\"Activity\"] 12")
}

@Test func ofTwoColumnsTheOneIsNamedThatIsWrong() throws {
    let table = "Date,Time,Activity\n11/17/2010,10:00:00 PM,1\n"
    #expect(
        try read(table) == "a.csv, line 2: column \"Date\": \"11/17/2010\" is not a date like 2024-03-31; is it "
            + "--date-order mdy?")
    #expect(
        try read(table.replacing("10:00:00", with: "25:00:00"), order: .monthFirst)
            == "a.csv, line 2: column \"Time\": \"25:00:00 PM\" is not a time of day like 22:30:00 or 10:30:00 PM")
    #expect(
        try read(table, order: .monthFirst, zone: nil)
            == "a.csv, line 2: column \"Date,Time\": \"11/17/2010 10:00:00 PM\" says no zone: name it, as --time-zone "
            + "Europe/Berlin")
    #expect(try read(table, "Day,Time").hasPrefix("a.csv, line 1: there is no column \"Day\""))
    #expect(try read(table, "Time,Time").contains("column \"Time\" is asked for twice"))
    #expect(try read(table, "a,b,c").hasPrefix("a.csv, line 1: there is no column \"a,b,c\""))
}

@Test func aTimeWithoutADayNamesTheColumnOfDates() throws {
    let said =
        "a.csv, line 2: column \"Time\": \"22:00:00\" says no day: write it with its date, as 2024-03-31T22:30:00"
    #expect(try read("Time,Activity\n22:00:00,1\n", "Time") == said)
    #expect(
        try read("Day,Time,Activity\n17.11.2010,22:00:00,1\n", "Time")
            == said + "; with its date in column \"Day\", --time-column \"Day,Time\" reads both")
}
