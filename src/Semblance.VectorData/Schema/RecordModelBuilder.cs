using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.VectorData;
using Microsoft.Extensions.VectorData.ProviderServices;
using Semblance.Index;

namespace Semblance.VectorData.Schema;

/// <summary>
/// Turns a record's attributes or definition into the abstraction's model, and refuses at once what these stores cannot do: a
/// collection that could be made but not used helps nobody.
/// </summary>
internal sealed class RecordModelBuilder()
    : CollectionModelBuilder(new CollectionModelBuildingOptions { SupportsMultipleVectors = true, RequiresAtLeastOneVector = false })
{
    /// <summary>How messages name the types that <see cref="IsVectorType"/> passes.</summary>
    public const string VectorTypes = "float[], ReadOnlyMemory<float>, Embedding<float>";

    private const string KeyTypes = "string, Guid, int, long";
    private const string DataTypes = "bool, the integers, float, double, decimal, string, Guid, DateTime, DateTimeOffset, DateOnly, TimeOnly, TimeSpan, enums, byte[], and arrays and lists of these";

    private static readonly HashSet<Type> s_scalars =
    [
        typeof(bool), typeof(byte), typeof(sbyte), typeof(short), typeof(ushort), typeof(int), typeof(uint), typeof(long), typeof(ulong),
        typeof(float), typeof(double), typeof(decimal), typeof(string), typeof(Guid),
        typeof(DateTime), typeof(DateTimeOffset), typeof(DateOnly), typeof(TimeOnly), typeof(TimeSpan),
    ];

    public static bool IsVectorType(Type type) =>
        type == typeof(float[]) || type == typeof(Embedding<float>) || (Nullable.GetUnderlyingType(type) ?? type) == typeof(ReadOnlyMemory<float>);

    protected override void ValidateKeyProperty(KeyPropertyModel keyProperty)
    {
        base.ValidateKeyProperty(keyProperty);
        if (keyProperty.Type != typeof(string) && keyProperty.Type != typeof(Guid) && keyProperty.Type != typeof(int) && keyProperty.Type != typeof(long))
            throw new NotSupportedException($"The key property '{keyProperty.ModelName}' is of type {keyProperty.Type.Name}; a key must be one of {KeyTypes}.");
    }

    protected override void ValidateProperty(PropertyModel propertyModel, VectorStoreCollectionDefinition? definition)
    {
        base.ValidateProperty(propertyModel, definition);
        if (propertyModel is not VectorPropertyModel vector)
            return;
        ScoreFunction.Of(vector);
        IndexChoice.Of(vector);
        if (vector.Dimensions > VectorIndex.MaxDimension)
            throw new NotSupportedException($"The vector property '{vector.ModelName}' has {vector.Dimensions} dimensions; at most {VectorIndex.MaxDimension} are supported.");
    }

    protected override bool IsDataPropertyTypeValid(Type type, [NotNullWhen(false)] out string? supportedTypes)
    {
        supportedTypes = DataTypes;
        return IsScalar(type) || (ElementOf(type) is { } element && IsScalar(element));
    }

    protected override bool IsVectorPropertyTypeValid(Type type, [NotNullWhen(false)] out string? supportedTypes)
    {
        supportedTypes = VectorTypes;
        return IsVectorType(type);
    }

    private static bool IsScalar(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type.IsEnum || s_scalars.Contains(type);
    }

    private static Type? ElementOf(Type type) =>
        type.IsSZArray ? type.GetElementType()
        : type.IsGenericType && type.GetGenericTypeDefinition() == typeof(List<>) ? type.GetGenericArguments()[0]
        : null;
}
