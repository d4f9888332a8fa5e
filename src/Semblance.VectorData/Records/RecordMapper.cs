using System.Collections;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.VectorData.ProviderServices;
using Semblance.Index;
using Semblance.VectorData.Schema;
using Semblance.VectorData.Storage;

namespace Semblance.VectorData.Records;

/// <summary>
/// Records to rows and back, by the model of one definition. What goes in and what comes out is copied, so nobody holds a part of the
/// collection.
/// </summary>
internal sealed class RecordMapper<TRecord>(CollectionModel model, string collection)
    where TRecord : class
{
    // Squared distances are at most (|a| + |b|)², so they stay finite below a quarter of the range; the indexes refuse what is longer.
    private const double MaxSquaredLength = float.MaxValue / 4.001;

    /// <summary>The column of each property, the key and the vectors included, in the schema that rows have now.</summary>
    public static IReadOnlyDictionary<PropertyModel, int> Columns(CollectionModel model, CollectionSchema schema)
    {
        var data = schema.Data.Select((column, i) => (column.Name, i)).ToDictionary(column => column.Name, column => column.i, StringComparer.Ordinal);
        var vectors = schema.Vectors.Select((column, i) => (column.Name, i)).ToDictionary(column => column.Name, column => column.i, StringComparer.Ordinal);
        return model.Properties.ToDictionary(property => property, property => property switch
        {
            KeyPropertyModel => Row.KeyColumn,
            VectorPropertyModel => vectors[property.StorageName],
            _ => data[property.StorageName],
        });
    }

    /// <summary>Checks a batch and turns it into rows, each key once, the later record counting; makes the embeddings that the model asks for.</summary>
    /// <exception cref="ArgumentException">A record does not fit the definition; the message says which and why.</exception>
    public async Task<IReadOnlyList<NewRecord>> ToRowsAsync(IReadOnlyList<TRecord> records, CollectionSchema schema, CancellationToken cancellationToken)
    {
        var columns = Columns(model, schema);
        var rows = new Dictionary<object, NewRecord>();
        var vectors = await VectorsAsync(records, cancellationToken);
        for (var i = 0; i < records.Count; i++)
        {
            var record = records[i];
            var row = new NewRecord(KeyOf(record), new object?[schema.Data.Count], new float[]?[schema.Vectors.Count]);
            foreach (var property in model.DataProperties)
                row.Data[columns[property]] = Copy(Checked(property, ValueOf(property, record), row.Key));
            foreach (var property in model.VectorProperties)
                row.Vectors[columns[property]] = vectors[property][i] is { } vector ? Checked(property, vector, $"The record '{row.Key}'") : null;
            CheckNames(record, row.Key);
            rows[row.Key] = row;
        }
        return [.. rows.Values];
    }

    /// <summary>A new record of a row.</summary>
    /// <param name="vectors">By the schema's vector columns; null leaves vectors out.</param>
    public TRecord ToRecord(Row row, CollectionSchema schema, float[]?[]? vectors)
    {
        var columns = Columns(model, schema);
        var record = model.CreateRecord<TRecord>()!;
        model.KeyProperty.SetValueAsObject(record, row.Key);
        foreach (var property in model.DataProperties)
        {
            // A column that came after the row leaves a property that cannot be null as the record was made.
            if (row[columns[property]] is { } value)
                property.SetValueAsObject(record, Copy(value));
            else if (property.IsNullable || record is IDictionary)
                property.SetValueAsObject(record, null);
        }
        if (vectors is null)
            return record;
        foreach (var property in model.VectorProperties)
        {
            var vector = vectors[columns[property]];
            if (vector is not null || property.IsNullable || record is IDictionary)
                property.SetValueAsObject(record, vector is null ? null : AsPropertyType(property.Type, vector));
        }
        return record;
    }

    /// <summary>A key as the collection has it.</summary>
    /// <exception cref="ArgumentException">It is of another type.</exception>
    public object CheckKey(object? key, string parameter)
    {
        ArgumentNullException.ThrowIfNull(key, parameter);
        return key.GetType() == model.KeyProperty.Type
            ? key
            : throw new ArgumentException($"The key '{key}' is of type {key.GetType().Name}; keys of the collection '{collection}' are of type {model.KeyProperty.Type.Name}.", parameter);
    }

    /// <summary>A vector that the indexes take, copied.</summary>
    /// <exception cref="ArgumentException">It has another number of elements, or elements that are not finite.</exception>
    public static float[] Checked(VectorPropertyModel property, ReadOnlyMemory<float> vector, string what)
    {
        if (vector.Length != property.Dimensions)
            throw new ArgumentException($"{what} has a vector of {vector.Length} elements for '{property.ModelName}', which has {property.Dimensions}.");
        var squared = 0d;
        foreach (var element in vector.Span)
        {
            if (!float.IsFinite(element))
                throw new ArgumentException($"{what} has {element} in its vector for '{property.ModelName}'; all elements must be finite numbers.");
            squared += (double)element * element;
        }
        if (squared > MaxSquaredLength && ScoreFunction.Of(property).Metric != Metric.Cosine)
            throw new ArgumentException($"{what} has a vector for '{property.ModelName}' whose length exceeds {Math.Sqrt(MaxSquaredLength):G2}, so distances would overflow; scale it down.");
        return vector.ToArray();
    }

    /// <summary>The vector in a value of one of the types that hold one; null for any other value.</summary>
    public static ReadOnlyMemory<float>? AsVector(object? value) => value switch
    {
        float[] array => new ReadOnlyMemory<float>(array),
        ReadOnlyMemory<float> memory => memory,
        Embedding<float> embedding => embedding.Vector,
        _ => default(ReadOnlyMemory<float>?),
    };

    private async Task<Dictionary<VectorPropertyModel, float[]?[]>> VectorsAsync(IReadOnlyList<TRecord> records, CancellationToken cancellationToken)
    {
        var result = new Dictionary<VectorPropertyModel, float[]?[]>();
        foreach (var property in model.VectorProperties)
        {
            var vectors = result[property] = new float[]?[records.Count];
            var inputs = new List<(int Record, object Value)>();
            for (var i = 0; i < records.Count; i++)
            {
                var value = ValueOf(property, records[i]);
                // A null array that becomes a ReadOnlyMemory<float>? in C# is an empty vector, not null; both mean that there is none.
                if (AsVector(value) is { } vector)
                    vectors[i] = vector.IsEmpty ? null : vector.ToArray();
                else if (value is not null)
                    inputs.Add((i, value));
            }
            if (inputs.Count == 0)
                continue;
            if (RecordModelBuilder.IsVectorType(property.Type) || property.EmbeddingGenerationDispatcher is null)
                throw new ArgumentException($"The record at position {inputs[0].Record} has a {inputs[0].Value.GetType().Name} for the vector property '{property.ModelName}', which is of type {property.Type.Name}.");
            var embeddings = await property.GenerateEmbeddingsAsync(inputs.Select(input => (object?)input.Value), cancellationToken);
            for (var i = 0; i < inputs.Count; i++)
                vectors[inputs[i].Record] = ((Embedding<float>)embeddings[i]).Vector.ToArray();
        }
        return result;
    }

    private object KeyOf(TRecord record)
    {
        var property = model.KeyProperty;
        var key = ValueOf(property, record);
        if (property.IsAutoGenerated && (key is null || (key is Guid guid && guid == Guid.Empty)))
        {
            key = Guid.CreateVersion7();
            property.SetValueAsObject(record, key);
        }
        return key is null
            ? throw new ArgumentException($"A record has no key: its '{property.ModelName}' is null.")
            : CheckKey(key, nameof(record));
    }

    private static object? ValueOf(PropertyModel property, TRecord record) =>
        record is Dictionary<string, object?> values ? values.GetValueOrDefault(property.ModelName) : property.GetValueAsObject(record);

    private object? Checked(PropertyModel property, object? value, object key)
    {
        var type = Nullable.GetUnderlyingType(property.Type) ?? property.Type;
        return value is null || type.IsInstanceOfType(value)
            ? value
            : throw new ArgumentException($"The record '{key}' has a {value.GetType().Name} for '{property.ModelName}', which is of type {property.Type.Name} in the collection '{collection}'.");
    }

    private void CheckNames(TRecord record, object key)
    {
        if (record is Dictionary<string, object?> values && values.Keys.FirstOrDefault(name => !model.PropertyMap.ContainsKey(name)) is { } unknown)
            throw new ArgumentException($"The record '{key}' has a value for '{unknown}', which is no property of the collection '{collection}'; it would be lost. There are {string.Join(", ", model.PropertyMap.Keys)}.");
    }

    private static object? Copy(object? value) => value switch
    {
        Array array => array.Clone(),
        IList list => Activator.CreateInstance(list.GetType(), list),
        _ => value,
    };

    private static object AsPropertyType(Type type, float[] vector) =>
        type == typeof(float[]) ? vector
        : type == typeof(Embedding<float>) ? new Embedding<float>(vector)
        : new ReadOnlyMemory<float>(vector);
}
