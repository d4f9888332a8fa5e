using System.Collections;
using System.Linq.Expressions;
using Microsoft.Extensions.VectorData;
using Microsoft.Extensions.VectorData.ProviderServices;

namespace Semblance.VectorData.Records;

/// <summary>The order that a caller of <c>GetAsync(filter)</c> asks for; null comes first, and text is compared by its characters' numbers.</summary>
internal sealed class RowOrder
{
    private readonly List<(PropertyModel Property, bool Ascending)> _keys;

    private RowOrder(List<(PropertyModel Property, bool Ascending)> keys) => _keys = keys;

    /// <exception cref="NotSupportedException">A property has no order: a vector, or a list.</exception>
    public static RowOrder Of<TRecord>(FilteredRecordRetrievalOptions<TRecord> options, CollectionModel model)
    {
        var asked = options.OrderBy?.Invoke(new FilteredRecordRetrievalOptions<TRecord>.OrderByDefinition()).Values ?? [];
        return new RowOrder([.. asked.Select(sort => (Ordered(sort.PropertySelector, model), sort.Ascending))]);
    }

    public IEnumerable<Row> Sort(List<Row> rows, Func<PropertyModel, int> columnOf)
    {
        if (_keys.Count == 0)
            return rows;
        var sorted = rows.OrderBy(_ => 0);
        foreach (var (property, ascending) in _keys)
        {
            var column = columnOf(property);
            var comparer = property.Type == typeof(string) ? Comparer<object?>.Create((a, b) => string.CompareOrdinal((string?)a, (string?)b)) : Comparer<object?>.Default;
            sorted = ascending ? sorted.ThenBy(row => row[column], comparer) : sorted.ThenByDescending(row => row[column], comparer);
        }
        return sorted;
    }

    private static PropertyModel Ordered<TRecord>(Expression<Func<TRecord, object?>> selector, CollectionModel model) => model.GetDataOrKeyProperty(selector) switch
    {
        VectorPropertyModel vector => throw new NotSupportedException($"Records cannot be ordered by the vector property '{vector.ModelName}'."),
        var property when property.Type != typeof(string) && property.Type.IsAssignableTo(typeof(IEnumerable)) => throw new NotSupportedException($"Records cannot be ordered by '{property.ModelName}', which is a list."),
        var property => property,
    };
}
