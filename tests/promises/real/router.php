<?php
// A hoster made of `php -S`: reads an example of the specs as PHP values and writes them as the hoster's PHP would.
//
// The first part of the path says how, the second in which folder of `specs`: /serialize/rootpanel/apih.php. What the call
// is comes from the query or the form, which example from the environment.

declare(strict_types=1);

ini_set('precision', '14');
ini_set('serialize_precision', '-1');

$parts = explode('/', trim((string) parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH), '/'));
[$form, $api] = [$parts[0] ?? '', $parts[1] ?? ''];

if ($api === 'clodo' && count($parts) === 2) {
    header('X-Auth-Token: token-of-php');
    header("X-Server-Management-Url: http://{$_SERVER['HTTP_HOST']}/$form/clodo/v1");
    http_response_code(204);
    exit;
}

$examples = getenv('EXAMPLES');
$names = [
    'clodo images' => 'images/list_images/recorded.answer.json',
    'rootpanel getBalance' => 'account/get_balance/balance.answer.json',
    'rootpanel getOrders' => 'orders/get_orders/extra_addresses.answer.json',
    'rootpanel getTarifs' => 'tariffs/get_tarifs/keyed.answer.json',
    'inferno install' => 'servers/install/accepted.answer.json',
];
$call = $_POST['command'] ?? $_GET['action'] ?? end($parts);
$name = $names["$api $call"] ?? null;
if ($name === null) {
    http_response_code(404);
    exit("no such call: $api $call");
}
$value = json_decode((string) file_get_contents("$examples/$api/$name"), true, 512, JSON_THROW_ON_ERROR);
header('Content-Type: ' . ($form === 'json' ? 'application/json' : 'text/html; charset=utf-8'));
match ($form) {
    'serialize' => print(serialize($value)),
    'json' => print(json_encode($value, JSON_THROW_ON_ERROR)),
    'print_r' => print_r($value),
};
