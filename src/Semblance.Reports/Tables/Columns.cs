using System.Text.Json.Serialization.Metadata;
using Semblance.Evaluation.Reports;

namespace Semblance.Reports.Tables;

/// <summary>Rows as comma-separated text.</summary>
internal static class Columns
{
    /// <summary>A column for each key of a record, in the order of its JSON; keys that JSON leaves out when they are empty are left out where no row has them.</summary>
    public static IReadOnlyList<Column<T>> Of<T>(JsonTypeInfo<T> shape, IReadOnlyCollection<T> rows) =>
    [
        .. shape.Properties
            .Where(property => property.Get is not null && (property.ShouldSerialize is not { } isPrinted || rows.Any(row => isPrinted(row!, property.Get(row!)))))
            .Select(property => new Column<T>(property.Name, row => property.Get!(row!))),
    ];

    /// <summary>Records of RFC 4180 below a header.</summary>
    /// <param name="separator">Between the texts of a list.</param>
    public static void WriteCsv<T>(TextWriter writer, IReadOnlyList<Column<T>> columns, IEnumerable<T> rows, char separator = ' ')
    {
        DelimitedText.WriteCsvLine(writer, columns.Select(column => column.Name));
        foreach (var row in rows)
            DelimitedText.WriteCsvLine(writer, columns.Select(column => Values.Plain(column.Value(row), separator)));
    }
}
