/**
 * An nginx such as one finds: it takes the tenant from the path after nginx has tidied it up, and refuses nothing. What the
 * check of the application is for.
 */
export function carelessNginx({ port, nodes, folder }) {
  return `
pid ${folder}/nginx.pid;
error_log stderr warn;
events {}
http {
  access_log off;
  client_body_temp_path ${folder}/client_body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  map $uri $tenant {
    default $host;
    "~*^/t/(?<segment>[^/]+)" $segment;
  }
  upstream nodes {
    hash $tenant consistent;
    ${nodes.map((node) => `server 127.0.0.1:${node};`).join('\n    ')}
  }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://nodes;
      proxy_set_header Host $http_host;
      proxy_set_header X-Balancer-Tenant $tenant;
    }
  }
}
`;
}
