using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization;
using Semblance.VectorData.Schema;

namespace Semblance.VectorData.Storage;

/// <summary>A row's data as JSON by the columns' names, so that columns may come and go with the definition.</summary>
internal static class RowText
{
    private static readonly JsonSerializerOptions s_options = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    public static byte[] Write(CollectionSchema schema, object?[] data)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            for (var i = 0; i < data.Length; i++)
            {
                if (data[i] is not { } value)
                    continue;
                writer.WritePropertyName(schema.Data[i].Name);
                JsonSerializer.Serialize(writer, value, schema.Data[i].Type, s_options);
            }
            writer.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    /// <exception cref="JsonException">A value is not of its column's type.</exception>
    public static object?[] Read(CollectionSchema schema, ReadOnlyMemory<byte> text)
    {
        using var document = JsonDocument.Parse(text);
        var data = new object?[schema.Data.Count];
        for (var i = 0; i < data.Length; i++)
        {
            var column = schema.Data[i];
            if (!document.RootElement.TryGetProperty(column.Name, out var value))
                continue;
            try
            {
                data[i] = value.Deserialize(column.Type, s_options);
            }
            catch (JsonException e)
            {
                throw new JsonException($"'{column.Name}' is {value.GetRawText()}, which is no {column.Type.Name}", e);
            }
        }
        return data;
    }
}
